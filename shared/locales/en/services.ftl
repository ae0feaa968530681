### The 25 services and their groups.

## Official names (Russian: Appendix 1, verbatim)

service-S01 = Registration of the kandas and family in the Mobile Citizens Base
service-S02 = Registration in the Digital Family Card
service-S03 = Collecting documents and help in obtaining the economic mobility certificate
service-S04 = Finding housing in the settlement region for certificate funds to buy/build
service-S05 = Help in obtaining a land plot
service-S06 = Help in obtaining an electronic digital signature
service-S07 = Help with registration at the place of residence
service-S08 = Help with military registration of reservists and conscripts
service-S09 = Help with enrolment in primary, basic and general secondary schools
service-S10 = Help with enrolment of children in kindergartens
service-S11 = Attachment to a primary-care medical organisation
service-S12 = Receiving state support measures
service-S13 = Helping the family prepare for winter (buying coal)
service-S14 = Help with services in the guaranteed volume of free medical care
service-S15 = Registration of job seekers
service-S16 = Registration in the Labour Market system
service-S17 = Registration of the unemployed
service-S18 = Referrals to active employment measures
service-S19 = Legal aid (advice, filing documents, concluding an employment agreement)
service-S20 = Enrolment in courses of languages, history, culture, traditions, basics of law
service-S21 = Visits to cultural events (theatre, cinema, concerts)
service-S22 = Study materials for self-study of the courses
service-S23 = Help with citizenship and preparing documents
service-S24 = Help with translating right-establishing documents into Kazakh
service-S25 = Information and reference services

## Short names for lists

service-S01-short = Mobile base
service-S02-short = Family card
service-S03-short = Mobility certificate
service-S04-short = Housing
service-S05-short = Land plot
service-S06-short = E-signature
service-S07-short = Residence
service-S08-short = Military register
service-S09-short = School
service-S10-short = Kindergarten
service-S11-short = Clinic
service-S12-short = State support
service-S13-short = Winter, coal
service-S14-short = Free medical care
service-S15-short = Job seeker
service-S16-short = Labour Market system
service-S17-short = Unemployed register
service-S18-short = Referral
service-S19-short = Legal aid
service-S20-short = Courses
service-S21-short = Culture
service-S22-short = Study kit
service-S23-short = Citizenship
service-S24-short = Translation
service-S25-short = Information

## Groups of the plan

group-papers = Registration and documents
group-home = Housing and household
group-health = Health
group-learning = Education and culture
group-work = Work
group-support = Support

## Whom a service concerns

unit-person = For each person
unit-family = For the family
applies-to-family = The whole family
applies-to-everyone = Every member
applies-to-adults = Adults
applies-to-military-liable = Reservists and conscripts
applies-to-school-children = Children of school age
applies-to-preschool-children = Children of kindergarten age
applies-to-working-age = People of working age
