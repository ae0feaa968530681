### The quarterly assessment of centres and its conclusion (§47-51). The phone does not carry these.

## The list of centres

desk-assessments = Assessment of centres
assessment-hint = The Workforce Development Centre assesses the mobility and career centres of settlement regions every quarter, by the 5th of the next month (paragraph 47 of the Rules). Indicators are computed by the program from its own data, scores are given by people.
assessment-quarter = Quarter
assessment-quarter-of = quarter {$number} of {$year}
assessment-quarter-before = Previous quarter
assessment-quarter-after = Next quarter
assessment-centre = Centre
assessment-page = Assessment of a centre
assessment-opens = Scores may be given from {$date}.
assessment-due = Scores: target date {$target}, legal date {$legal}.
conclusion-due-dates = Conclusion: target date {$target}, legal date {$legal}.
assessment-due-unknown = The calendar of working days does not know the dates of this quarter.
assessment-live = Indicators are as the store knows them now; they are frozen after {$date}.
assessment-frozen = Indicators are frozen as of {$date}. What comes later does not change them.
assessment-not-frozen = The date has passed: indicators are frozen with the first scores or within the hour.
assessment-running = The quarter is not over: scores may be given from the 1st of the next month.
assessment-show-all = All centres
assessment-show-unscored = Without scores
assessment-show-low = In the low band
assessment-unscored-count = without scores: {$count}
assessment-overdue = Overdue
assessment-not-assessed = No families, not assessed
assessment-no-scores = No scores
assessment-of = {$count} of {$of}
assessment-hidden = Scores are seen once the conclusion is forwarded to the local executive bodies (paragraph 51).

## What is computed

assessment-indicators = Indicators
assessment-relevance = Relevance
assessment-effectiveness = Effectiveness
assessment-social-effect = Social effect
assessment-relevance-hint = Whether the tasks of individual plans were carried out (paragraph 48(1)): what was due in this quarter and when it was done.
assessment-effectiveness-hint = How well the tasks were carried out (paragraph 48(2)): what supervisors and the rules said of this quarter's work, and whether reports were in time.
assessment-social-effect-hint = How content the kandas and their families are, and how many left the settlement region (paragraph 48(3)).
assessment-due-all = Due in the quarter
assessment-due-in-time = Done in time
assessment-due-late = Done late
assessment-due-not = Not done
assessment-done = Activities done in the quarter
assessment-accepted = Checked and accepted
assessment-remarked = Checked, with a remark
assessment-returned = Returned, not answered yet
assessment-answered = Returned and answered
assessment-noticed = Something was noticed
assessment-reports = Monthly reports in time
assessment-reports-late = Monthly reports late
assessment-families = Families
assessment-watched = Families whose residence was checked
assessment-departed = Families that left
assessment-satisfaction = Satisfaction, mean score
assessment-no-data = no data
assessment-answers = {$mean} (answers: {$count})
assessment-before = previous quarter: {$value}
assessment-open-list = {$name}: open the list
assessment-completions = completions only

## What people score

assessment-scores = Scores
assessment-score-of = {$criterion}: a score of 1 to 5
assessment-reason = Reason
assessment-reason-of = Reason: {$criterion}
assessment-reason-hint = Write about the centre. Name no people and no identification numbers.
assessment-save = Give the scores
assessment-again = Score anew
assessment-saved = The scores are given
assessment-sum = Sum of the scores
assessment-total = Total
assessment-band-name = General conclusion
assessment-band-low = Low
assessment-band-medium = Medium
assessment-band-high = High
assessment-means-low = services were delivered unsatisfactorily
assessment-means-medium = services were delivered satisfactorily
assessment-means-high = services were delivered successfully
assessment-indicative = On a scale to 25
assessment-indicative-hint = The sum of the three scores × 25/15: for comparison only, it changes no conclusion (paragraph 49).
assessment-mode-hint-literal-sum = The total is the sum of the three scores, against the bands as paragraph 49 writes them: below 10 low, from 10 medium, from 15 high.
assessment-mode-hint-rescaled-25 = The total is the sum of the three scores × 25/15, against the bands as paragraph 49 writes them: below 10 low, from 10 medium, from 15 high.
assessment-mean = Mean of the career centres
assessment-mean-of = centres with scores: {$count}
assessment-below = Career centres
assessment-earlier = Earlier scores
assessment-recommendations = Recommendations to the centre
assessment-recommendations-none = There were none.
assessment-recommendation-open = Open
assessment-recommendation-closed = Closed

## The conclusion

conclusion-page = Conclusion of the quarter
conclusion-hint = The conclusion goes to the authorised body every quarter, by the 25th of the next month (paragraph 50). The authorised body sends it on to the local executive bodies, who consider it within a month and take measures (paragraph 51).
conclusion-title = Conclusion on the assessment of adaptation and integration services
conclusion-annex = Paragraph 50 of the Rules
conclusion-none = There is no conclusion yet.
conclusion-extract = Extract: the centres of the own territory only
conclusion-overdue = The conclusion is overdue
conclusion-state-draft = Draft
conclusion-state-signed = Signed
conclusion-state-sent = Before the authorised body
conclusion-state-forwarded = Before the local executive bodies
conclusion-state-closed = Measures are taken
conclusion-act-draft = Save the draft
conclusion-act-sign = Sign
conclusion-act-send = Send to the authorised body
conclusion-act-forward = Send on to the local executive bodies
conclusion-act-measure = Report the measures taken
conclusion-did-draft = Draft saved
conclusion-did-sign = Signed
conclusion-did-send = Sent to the authorised body
conclusion-did-forward = Sent on to the local executive bodies
conclusion-did-measure = Measures taken
conclusion-part-report = 1. Final report
conclusion-part-results = 2. Results of earlier recommendations
conclusion-part-conclusions = 3. Conclusions and recommendations
conclusion-report-text = Report on the quality of the services
conclusion-conclusions-text = Conclusions
conclusion-recommendation = Recommendation
conclusion-recommend-add = Add a recommendation
conclusion-recommend-remove = Remove recommendation {$number}
conclusion-recommend-to = Recommendation {$number}: to whom
conclusion-recommend-text = Recommendation {$number}: what to do
conclusion-recommendations-none = There are no recommendations.
conclusion-earlier-none = No recommendation of an earlier quarter is open.
conclusion-became = Result
conclusion-became-of = Result of recommendation {$number}
conclusion-became-done = Carried out
conclusion-became-partly = Carried out in part
conclusion-became-not-done = Not carried out
conclusion-became-dropped = No longer of use
conclusion-became-choose = Choose
conclusion-became-text = Recommendation {$number}: what was done
conclusion-became-hint = As long as an open recommendation has no result, the conclusion cannot be signed (paragraph 50(2)). One that was not carried out, or in part, stays open for the next quarter.
conclusion-lacks = To be signed it lacks:
conclusion-lacks-frozen = frozen indicators
conclusion-lacks-scores = scores, centres: {$count}
conclusion-lacks-results = results, recommendations: {$count}
conclusion-lacks-words = words of the report and the conclusions
conclusion-not-yet = The conclusion is written once the indicators are frozen, after {$date}.
conclusion-unsaved = There are unsaved changes.
conclusion-saved = The draft of the conclusion is saved
conclusion-hash = SHA-256 of the conclusion
conclusion-table = Table of scores
conclusion-history = What was done to the conclusion
conclusion-signed-by = Signed: Workforce Development Centre
conclusion-sent-to = Authorised body

## Local executive bodies

conclusion-bodies = Local executive bodies
conclusion-body = Executive body
conclusion-received = Received
conclusion-due = To be considered by
conclusion-measured = Measures taken
conclusion-waiting = Under review
conclusion-measures = Measures
conclusion-measures-besides = Other measures
conclusion-measures-hint = The conclusion is considered within a month of its receipt, and measures are taken towards mobility and career centres (paragraph 51). Say what was done about each recommendation. Name no people.
conclusion-measure-of = Measure about recommendation {$number}
conclusion-body-due = Target date {$target}, legal date {$legal}.

## Signing, sending, forwarding, measures

conclusion-sign-title = Signing the conclusion
conclusion-sign-hint = To sign is to give the password once more. The journal keeps the whole text of the conclusion, its hash, your name, role and the time. From then on scores and words do not change.
conclusion-send-title = Sending the conclusion to the authorised body
conclusion-send-hint = The conclusion goes to the authorised body for migration (paragraph 50). It cannot be taken back.
conclusion-forward-title = Sending the conclusion on to the local executive bodies
conclusion-forward-hint = Every executive body on whose land a centre was assessed gets the conclusion today, and its month begins today (paragraph 51). Centres will see their scores.
conclusion-measure-title = Reporting the measures taken
conclusion-done-sign = The conclusion is signed
conclusion-done-send = The conclusion was sent to the authorised body
conclusion-done-forward = The conclusion was sent on to the local executive bodies
conclusion-done-measure = The measures are reported

## How totals are read, a setting

reference-assessment = Reading of scores
assessment-mode = Reading of the total
assessment-mode-literal-sum = Sum of the three scores, 3–15
assessment-mode-rescaled-25 = Sum × 25/15
assessment-mode-hint = The order gives 1 to 5 points by each of three criteria, while its bands go to 25 and touch (paragraph 49). The reading chosen here holds for quarters that end on the day given or later; scores that were given do not change.
assessment-mode-from = For quarters that end from this day on

## Elsewhere

export-of-conclusion = Conclusion of the quarter
audit-act-assessment-frozen = Indicators of a quarter frozen
audit-act-assessment-scored = Centre scored
audit-act-assessment-concluded = Draft of a conclusion saved
audit-act-assessment-signed = Conclusion signed
audit-act-assessment-sent = Conclusion sent to the authorised body
audit-act-assessment-forwarded = Conclusion sent on to the local executive bodies
audit-act-assessment-measured = Measures on a conclusion
