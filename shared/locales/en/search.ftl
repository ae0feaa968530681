# Search from one box.
search-what = Name, IIN or number of a record
search-hint = Two letters or four digits and more; without Kazakh letters and in Latin ones, too
search-persons = People
search-more = All of them in the list
search-of-service = Records of the service: { $service }
desk-filter-show = Show
desk-filter-clear = Without filters
