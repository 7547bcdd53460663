"""Seeded generator of forum posts: everyday problems told in the first person (the TLDR task)."""

from __future__ import annotations

import random

from collm_envs.writing.grammar import compose, parse, parse_slots

# Words of a whole post, title included.
LENGTHS = {"easy": (60, 110), "medium": (110, 190), "hard": (190, 320)}

# Names come as name/subject/object/possessive. `p` is the main person, `r` a second one, `q` a friend who is only asked for advice;
# the three lists have no name in common.
_SHARED = parse_slots("""
@p: Anna/she/her/her; Maria/she/her/her; Julia/she/her/her; Nadia/she/her/her; Erin/she/her/her; Lena/she/her/her;
  Priya/she/her/her; Chloe/she/her/her; Tom/he/him/his; Daniel/he/him/his; Marco/he/him/his; Ben/he/him/his; Omar/he/him/his;
  Felix/he/him/his; Victor/he/him/his; Ravi/he/him/his; Simon/he/him/his; Grace/she/her/her
@r: Helen/she/her/her; Ingrid/she/her/her; Carla/she/her/her; Wanda/she/her/her; Yuki/she/her/her; Amara/she/her/her;
  Peter/he/him/his; George/he/him/his; Hugo/he/him/his; Ivan/he/him/his; Samir/he/him/his; Leo/he/him/his
@q: Olivia/she/her/her; Tara/she/her/her; Fiona/she/her/her; Rosa/she/her/her; Mei/she/her/her; Kevin/he/him/his; Adam/he/him/his;
  Paul/he/him/his; Jonah/he/him/his; Emil/he/him/his
@day: Monday; Tuesday; Wednesday; Thursday; Friday; Saturday; Sunday
@weekday: Monday; Tuesday; Wednesday; Thursday; Friday
@month: January; March; April; June; September; October; November
@coin: euros; dollars; pounds; francs
@mood: [honestly,|to be honest,] I am [tired of thinking about it|more hurt than angry]; I feel [stupid|a bit ashamed] for letting
  it get this far; I go back and forth between being [angry|annoyed] and feeling guilty about it; it is starting to affect my
  [sleep|mood|concentration], which is [not like me|new for me]; I keep [replaying it in my head|writing long messages and
  deleting them]; I am [anxious|tense] whenever the subject comes up; some days I [hardly think about it|can laugh about it], and
  other days it [ruins my whole evening|is all I can think about]; I am not [proud of|happy about] how [bitter|irritable] I have
  become
@outside: my friend {q} thinks I am [far too patient|being too soft] and should [put my foot down|stop making excuses for others];
  my friend {q} told me to let it go, because [it is not worth the stress|these things tend to solve themselves]; I asked my
  friend {q}, and {q.1} said {q.1} would have [lost {q.3} temper|given up] weeks ago; when I told my friend {q} about it, {q.1}
  only [laughed|shrugged] and said that [life is too short|everybody has a story like this]; my friend {q} went through something
  similar and says the [only|best] way is to be direct; my friend {q}, who is usually [very calm|the reasonable one], got
  [quite|really] angry on my behalf
@doubt: maybe I am [too sensitive|making a mountain out of a molehill], but [it really bothers me|I cannot shake it off]; part of
  me wonders if I am [the difficult one here|expecting too much]; I know there are [bigger|worse] problems in the world, but this
  one is [mine|on my mind]; I can see [both sides|the other side too], and that makes it [so hard|even harder] to decide; looking
  back, I should have [spoken up|said something] much earlier; perhaps I only need somebody neutral to tell me [whether I am being
  fair|how this looks from outside]
@worry: [honestly,|to be honest,] I am [tired of thinking about it|more afraid than I want to admit]; it is starting to affect my
  [sleep|concentration], which is [not like me|new for me]; I keep [going over it in my head|making lists of reasons at three in
  the morning]; I go back and forth between [hope|excitement] and [panic|doubt], sometimes within an hour; some days I [feel
  sure|am full of hope], and other days [I doubt everything|it all seems hopeless]; I have not felt this [torn|helpless] in a long
  time
@advice: my friend {q} says that [these things take time|there is no perfect answer], and I should [trust my feelings|be patient
  with myself]; my friend {q} went through something similar and [does not regret a thing|says that it got better after a few
  months]; when I told my friend {q} about it, {q.1} [only hugged me|listened for two hours and made tea]; I asked my friend {q},
  and {q.1} told me to [sleep on it|write down what I am afraid of]; my friend {q}, who is usually [very calm|the reasonable one],
  [could not decide either|had no answer this time]
@unsure: maybe I am [overthinking this|making it too complicated], but [I cannot stop|it is a big step for us]; part of me wonders
  if I am [expecting too much|being selfish]; I can see good arguments for [both sides|every option], and that makes it [so
  hard|even harder]; I know there are [bigger|worse] problems in the world, but this one is [mine|on my mind]; perhaps I only need
  somebody neutral to tell me [how this looks from outside|what I am missing]
@thanks: thanks for reading, [any advice is welcome|I am grateful for any advice]; [sorry|apologies] for the long text, I needed
  to [get it off my chest|write it down somewhere]; thank you in advance, [and please be kind|and be honest with me]; I will [post
  an update|let you know] [when something changes|once it is settled]; any [ideas|thoughts] from people who have [been there|dealt
  with this] would [help a lot|mean a lot]; I am happy to answer questions if [something|anything] is unclear
@opener: [this is my first post here|I have never posted here before], so [please bear with me|I hope this is the right place]; I
  will try to keep this [short|as short as I can]; I have [read this forum|been reading along here] for a while and hope
  [someone|somebody] can help me; I have changed [the names|a few details], because [some people I know read this forum|I would
  like to stay anonymous]; I am writing this [on my phone|late at night|during my lunch break], so excuse any mistakes
""")

_FRAMES = tuple(
    parse(block)
    for block in (
        # Flatmates
        """
title: [My flatmate {habit} and I am losing my patience|How do I deal with a flatmate who {habit}?|Flatmate {habit}. Am I
  overreacting?]
@habit: leaves dirty dishes everywhere/there was a pile of pans in the sink that had been there for {3-6} days; never pays the
  bills on time/there was a red reminder for the electricity bill on the kitchen table; plays loud music in the middle of the
  night/the walls were shaking, although I had to be up at six the next morning; eats my food without asking/the dinner I had
  cooked for the next day was simply gone; has guests over almost every night/there were {4-7} strangers on the sofa and no clean
  glass left; turns the heating up and leaves the windows open/the radiators were boiling hot and every window was wide open
? {opener}.
I ({22-31}) share a [small|two-bedroom|rather old] flat with {p}, [a friend of a friend|whom I met through an online ad|who went
  to school with my cousin], and we moved in together {5-11} months ago.
? The flat itself is [great|lovely]: [it is close to my work|it gets a lot of light|the rent is low for this part of town], so
  moving out is the last thing I want to do.
? For the first few weeks we got along [really|very] well and even [cooked|watched films] together on {day} evenings.

The problem is that {p} {habit}.
? Last {day} I came home after [a long shift|a delayed train|ten hours at work], and {habit.1}.
? I know that [nobody is perfect|living together means compromises], and I am surely not the easiest person to live with either.
? When I mention it, {p.1} says that I am [too strict|acting like a parent] and that [everybody lives like this|I need to relax].

I have talked to {p.2} about it [twice|three times] now, and each time {p.1} [apologises|says sorry], [promises to change|swears
  it was the last time], and is back to normal within [a week|a few days].
? I even made a list of rules [for both of us|for the kitchen] and put it on the fridge, but it [disappeared|was covered by a
  postcard] after {2-5} days.
? {outside}.

? {mood}.
? The lease runs for another {4-9} months, and neither of us could afford the place alone.
? {doubt}.
Should I [speak to the landlord|look for another place], or is there a [better|friendlier] way to [get through to {p.2}|solve
  this]?
? {thanks}.
""",
        # Work: credit for a shared result
        """
title: [A colleague presented my work as {p.3} own|My colleague took the credit for my {work}|Should I confront a colleague who
  used my {work}?]
@work: quarterly report/numbers and charts; training plan/schedule and exercises; customer survey/questions and results; budget
  spreadsheet/formulas and forecasts; product manual/drawings and chapters; new shift schedule/tables and rules
@boss: our manager; our team lead; the head of our department
? {opener}.
I ({24-45}) work in [a small office|the office of a shipping company|the administration of a hospital], and for the last {3-8}
  weeks I have been busy with a {work}.
? It was [not really part of my job|extra work on top of my usual tasks], but {boss} had [asked for a volunteer|hinted that it
  might lead to a promotion].
? I stayed late on at least {5-9} evenings and even [missed a birthday dinner|cancelled a weekend away] because of it.

My colleague {p} offered to [look it over|check it for mistakes], so I sent {p.2} [the whole file|everything I had].
On {weekday} {p.1} presented it in our team meeting and did not mention me [once|a single time].
? {boss} [praised|thanked] {p.2} in front of everyone, and I was too [stunned|surprised] to say anything.
? It was all mine, {work.1}, and the only thing {p.1} had changed was the [colour of the title page|font|file name].

[Afterwards|After the meeting] I asked {p.2} about it, and {p.1} told me not to [take it personally|be so dramatic].
? I still have [all the drafts|the old versions] with dates on them, and {2-4} e-mails that show [who did what|how it came about].
? We have [shared a desk|worked side by side] for {2-6} years and never had a [real argument|problem] before.
? {outside}.

? {mood}.
? {doubt}.
? My yearly review is in {2-6} weeks, so this [really matters|could not come at a worse time].
Do I [go to {boss} with the drafts|tell {boss} what happened], or does that make me look [petty|like a bad team player]?
? {thanks}.
""",
        # Family: a celebration
        """
title: [My {kin} wants me to {demand} for {event}|Am I wrong for refusing to {demand} for {event}?|Family fight about {event}]
@kin: sister {p}/she; brother {r}/he
@p: Anna; Maria; Julia; Nadia; Erin; Lena; Priya; Chloe; Grace
@r: Tom; Daniel; Marco; Ben; Omar; Felix; Victor; Ravi; Simon
@event: our parents' anniversary/the anniversary; our grandmother's eightieth birthday/the birthday; the big family reunion/the
  reunion
@demand: pay half of the party/a room for {60-90x10} guests and a live band/That is more than I earn in {2-3} months; organise
  everything/the food, the hall and the invitations/I work full time and have a small child at home; take two weeks off work/a
  trip to the seaside with {9-16} relatives/I only have a few days of leave left this year; host everyone at my place/{9-14}
  people and two dogs for a whole weekend/I live in a flat with one bathroom
? {opener}.
My {kin} and I ({25-36}) have always been [close|on good terms], but {event} is coming between us.
{kin.1} expects me to {demand}, and [we are talking about|that means] {demand.1}.
? Nobody asked me [first|before], and I [found out from|heard it from] [our aunt|a cousin|a group message] on a {day} morning.
? I would be [glad|happy] to do my share, but I want to be asked.

{demand.2}, and I said so.
? I offered to [bake the cakes and bring the drinks|look after the music and the photos] instead, but that was apparently not
  [good enough|what a loving child does].
Now {kin.1} says that I [never do anything for this family|only think of myself] and has stopped [answering my messages|picking up
  the phone].
? It does not help that {kin.1} earns [almost twice as much as I do|a lot more than me] and [has no idea what things cost|never
  looks at prices].
? Our mother [begs us to make peace|has started to cry on the phone], and our father [pretends not to notice|hides in the garden].

? {mood}.
? {outside}.
? To be fair, {kin.1} did a lot for our parents when [they were ill {2-4} years ago|I lived abroad].
? {doubt}.
? There are {3-8} weeks left until {event.1}.
[Should I give in for the sake of peace|Do I have to give in|Is it selfish to stay firm]?
? {thanks}.
""",
        # Money: a loan between friends
        """
title: [My friend owes me {sum} {coin} and keeps making excuses|How do I get {sum} {coin} back from a friend?|Lent {sum} {coin} to
  a friend and regret it]
@sum: {300-900x50}; {1000-2500x100}
@reason: a dental bill/{p.1} posts pictures from [a new restaurant|a wine bar] every weekend; a broken boiler/{p.1} has just
  bought a very large television; the deposit for a new flat/{p.1} has furnished the place from top to bottom; a repair of {p.3}
  car/{p.1} went on a ski holiday last month; {p.3} tuition fees/{p.1} told me about a concert trip that cost half of what I lent
? {opener}.
[Last {month}|About {6-10} months ago] I ({23-40}) lent my friend {p} {sum} {coin} for {reason}.
We have known each other since [school|our first job|we were {9-15}], so [I did not ask for anything in writing|a handshake was
  enough for me].
? {p.1} promised to pay me back [within three months|in small monthly amounts], and I believed {p.2}.
? I am not rich, and that money was [half of my emergency fund|meant for my own holiday].

[So far|Until now] I have seen [nothing at all|exactly {20-60x10} {coin}].
Every time I ask, there is a new [excuse|story], while {reason.1}.
? First it was a late [salary|refund], then [a sick cat|a stolen wallet], then a bank [error|card that did not work].
? I suggested [a standing order|a payment plan] of {30-60x10} {coin} a month, and {p.1} [liked the idea|agreed at once], but
  nothing arrived.
? The last message I sent has been [read|marked as read] for {5-12} days without an answer.

? {mood}.
? {outside}.
? We have the same circle of friends and meet almost every {day}, so it would be [awkward|very uncomfortable] for everybody.
? My [partner|brother|mother] says that I should [write the money off|see it as the price of a lesson].
? {doubt}.
I [do not want to lose the friendship|would hate to lose {p.2} as a friend], but I [need the money|feel used].
[What would you do|How can I bring it up one last time without a fight|Would it be too much to put a date in writing]?
? {thanks}.
""",
        # Pets
        """
title: [My new {pet} {trouble} and I am at a loss|Adopted a {pet} that {trouble}, please help|Is it normal that a rescue {pet}
  {trouble}?]
@pet: dog/my shoes; cat/my curtains
@trouble: will not eat/the bowl is still full in the evening; cries all night/the noise starts at two and goes on until five;
  hides from everyone/I see little more than two eyes under the bed; destroys the furniture/the armrest of the sofa is down to the
  wood; is scared of my partner/a single step in the hallway is enough to start a panic
@name: Biscuit; Pepper; Olive; Mango; Clover; Pickle; Hazel; Button; Waffle; Juniper
? {opener}.
{3-7} weeks ago we [adopted|took in] {name}, a_ {2-8}-year-old {pet} from [the local shelter|a shelter two towns over].
? The people there told us that {name} had lived with an [old couple|elderly man] before and was [shy but friendly|calm and used
  to people].
? We had prepared everything, from [a soft bed in a quiet corner|a corner with blankets] to a [whole box|bag] of toys.
[On the first days|At first] things went [well|better than expected], but now {name} {trouble}.
? On a typical day {trouble.1}.
? [Yesterday|On {day}] I also found [what is left of {pet.1}|{pet.1} in pieces], which [almost made me laugh|was the final straw].

We tried [another kind of food|a different feeding time], [a plug that is supposed to calm animals|old clothes of ours in the
  bed], and lots of patience, with [little|no] success.
The vet [found nothing wrong|says {name} is healthy] and told us to [wait|give it time].
? That visit alone cost {80-160x10} {coin}, and the [trainer|behaviour expert] we called has no free slot for {3-5} weeks.
? My partner has begun to say that [maybe we are not the right home|we may have to bring {name} back], and we [argue|fight] about
  it.

? {worry}.
? When {name} does come close and [falls asleep next to me|leans against my leg], I am [completely in love|happy for hours].
? {advice}.
? I grew up with animals, so I thought I [knew what to expect|was well prepared].
? {unsure}.
How long does it take until a {pet} [settles in|feels at home], and [what helped yours|is there anything else we can try]?
? {thanks}.
""",
        # Travel
        """
title: [Should I still go on a trip with a friend who {flaw}?|Our {trip} is falling apart before it starts|My travel partner
  {flaw}]
@trip: hiking tour/the mountains/walk from hut to hut/huts; road trip/the coast/drive from town to town/guest houses; cycling
  trip/the lake district/ride from village to village/guest houses; train journey/the old cities/travel from station to
  station/hostels
@flaw: changes the plan every day/Yesterday {p.1} wrote that we should [turn the whole route around|skip the part I was looking
  forward to]; will not book anything/Most of the {trip.3} are nearly full by now, and {p.1} says that we will find something on
  the way; wants to bring {p.3} new partner/I have met that person only once, and we did not have a word to say to each other;
  only wants to stay in expensive hotels/{p.1} sent me a list of places that cost {120-180x10} {coin} a night
? {opener}.
My friend {p} and I ({21-36}) have been planning a {trip} through {trip.1} for {5-10} months.
? The idea is simple: we [want to|would] {trip.2} for {9-16} days and see [as much as possible|where we end up].
? I have saved {500-950x50} {coin} for it and already [bought good shoes|asked for the days off at work].
Now there are only {4-7} weeks left, and {p} {flaw}.
{flaw.1}.

? It is not the first time, either, because our weekend trip [last year|two years ago] [ended with us not talking for days|was cut
  short for a similar reason].
? I [made a shared table with all the stages|called {p.2} and tried to agree on a few fixed points], but {p.1} [ignored it|said
  that I was killing the fun].
? I also offered to [take care of all the bookings myself|let {p.2} choose half of the stops], and {p.1} answered with a
  [yawning|laughing] face.
? Our friend {r} was supposed to join us, but {r.1} [dropped out|cancelled] after [the third change of plans|a long discussion in
  our group chat].

? {mood}.
? {outside}.
? {doubt}.
? In everyday life {p} is one of the [funniest|most generous] people I know, so I [do not want to|would hate to] ruin that.
I could still [go alone|take the same route alone], and part of me [likes the idea|thinks that it would be wonderful].
Is it [unfair|mean] to pull out now, or should I [go and hope for the best|give it one more try]?
? {thanks}.
""",
        # University: group project
        """
title: [One member of our group project does nothing|Should I report a group member who {excuse}?|Group project: carrying somebody
  who {excuse}]
@subject: statistics; marketing; biology; history; architecture; economics; computer science
@excuse: never shows up/{p.1} came to {2-3} of our {8-12} meetings; misses every deadline/{p.3} part was due {9-20} days ago;
  copies text from the internet/whole pages of {p.3} part were taken from a website, down to the spelling mistakes; always says
  that it is nearly done/we have not seen a single line of what {p.1} is supposed to write
? {opener}.
I am in my [second|third|final] year of {subject}, and {4-5} of us have to hand in a [project report|paper and a talk] in {9-20}
  days.
? It counts for {30-50x5} percent of the grade, and I need a good one [to keep my scholarship|for my application next year].
? The groups were [drawn by lot|put together by the lecturer], so we [hardly knew each other|had never met] before.
Most of the group works [hard|really well together], but {p} {excuse}.
? To be [exact|precise], {excuse.1}.

? At the start {p.1} was full of ideas and even volunteered for the [most difficult|longest] chapter.
We [wrote {p.2} a friendly message|talked to {p.2} after class], and {p.1} said that {p.1} has [a lot going on|a part-time job]
  and will [catch up|make up for it] at the weekend.
That was {2-3} weekends ago.
? {r}, who sits next to me, has [already|quietly] started to write the missing part [at night|on {day} evenings], and I do not
  think that is fair.
? The lecturer told us in the first week that groups should [solve their own problems|act like adults].

? {mood}.
? {outside}.
? I heard that {p.3} [family is going through a hard time|studies have not been going well], so I do not want to be cruel.
? {doubt}.
? If we [tell the lecturer|report it], {p.1} may fail the [whole course|year], and if we do not, [we all do extra work|it costs
  all of us].
[What is the right thing to do|How would you handle this|Would you report it]?
? {thanks}.
""",
        # Neighbours
        """
title: [My neighbour {act}, what can I do?|Neighbour {act} and will not listen|War over {topic} with my neighbour]
@act: parks in front of my garage/parking/I [missed a dentist appointment|was late for work], because I could not get my car out;
  starts drilling at six in the morning/noise/the pictures in my bedroom were trembling on the wall; throws leaves and branches
  over my fence/garden waste/my vegetable patch was buried under wet leaves; lets the dog bark all day/barking/I counted {3-5}
  hours without a break; smokes right under my bedroom window/smoke/I had to wash all the curtains again; has put up a very bright
  lamp/light/my bedroom was as bright as a kitchen at midnight
@topic: {act.1}
? {opener}.
I have lived [at the end of a quiet street|in a small terraced house|on the ground floor of an old building] for {4-14} years and
  never had trouble with anybody.
[In {month}|{3-6} months ago] a new neighbour, {p}, moved in [next door|right next to me], and since then {p.1} {act}.
? On {day} it was [especially|particularly] bad: {act.2}.
? The couple who lived there before used to [water my plants|bring us plums from their tree], so the change is [hard|quite a
  shock].

I [rang the bell|went over] with [a cake|a bottle of juice] and explained the problem, and {p.1} [was polite but did nothing|said
  that it was {p.3} right].
? After that I [put a friendly note in the letter box|wrote a letter], which I later found [in the gutter|torn up on my doorstep].
? I have kept a [diary|list] with dates and times, and it is already {3-6} pages long.
? The [town office|housing association] told me that they [only act|can only step in] if at least {2-3} households complain.
? {r} from number {12-48} is [just as annoyed|suffering too], but {r.1} is [{70-84} years old and afraid of trouble|moving away
  soon and does not want to get involved].

? {mood}.
? {outside}.
? {doubt}.
We will [probably|surely] live side by side for [years|a long time], so I would like to [keep the peace|avoid a lawyer].
[How do I solve this without starting a war|Has anyone found a way out of something like this|What would be your next step]?
? {thanks}.
""",
        # Relationship and a job elsewhere
        """
title: [I got a job offer in another city and my {partner} does not want to move|Job offer {hours} hours away, relationship at
  risk|Career or relationship?]
@partner: boyfriend {boy}/he/him/his; girlfriend {girl}/she/her/her
@boy: Tom; Daniel; Marco; Ben; Omar; Felix; Victor
@girl: Anna; Maria; Julia; Nadia; Erin; Lena; Priya
@hours: {4-7}
@job: a veterinary clinic; a museum; an engineering office; a school for music; a research station; a publishing house
@tie: teaches at a school {partner.1} loves; looks after {partner.3} father, who is not well; has just opened a small bakery with
  a friend; plays in a band that means everything to {partner.2}
? {opener}.
I ({25-35}) have been with my {partner} for {3-6} years, and we have lived together for two of them.
Last week I got an offer from {job} in a city {hours} hours away, and it is [the job|exactly the position] I always dreamed of.
? The pay is about {15-35x5} percent better, and there is [a real chance to move up|nobody who reads my e-mails at midnight].
? I only applied because [a former teacher|a friend in the field] sent me the ad, and I never thought that I would [hear back|get
  it].

? When I told {partner.2}, {partner.1} [went very quiet|congratulated me and then left the room].
The trouble is that {partner.1} {tie}, so moving is [out of the question|almost impossible] for {partner.2}.
? We talked about [seeing each other at weekends|a long-distance relationship for a year], but {partner.1} [tried that once and it
  failed|does not believe in it].
? I asked the new boss about [working from home|starting later], and the answer was [one day a week at most|a friendly no].
? Nobody is [shouting|angry], which almost makes it worse, because we [only walk on eggshells|are terribly polite to each other].

? {worry}.
? {advice}.
? My parents are [thrilled|proud] and already [ask about the new flat|talk as if it were settled].
? {unsure}.
I have to [give an answer|sign] within {5-12} days.
? If I say no, I am afraid that I will [resent|blame] {partner.2} one day, and if I say yes, I may [lose {partner.2}|lose the best
  thing in my life].
[How did you decide in a situation like this|Has anyone made the distance work|How do I choose]?
? {thanks}.
""",
        # Moving out: the deposit
        """
title: [Landlord keeps our deposit because of {damage}|Landlord wants {sum} {coin} for {damage}|Moved out, and now we are billed
  for {damage}]
@sum: {400-950x50}
@damage: a scratched floor/the scratches were there when we moved in; stains on the kitchen wall/the stains come from a pipe that
  leaked twice; a cracked window/the window cracked in a storm before our time; a worn carpet/the carpet was older than me; holes
  in the wall/there are four of them, each as thick as a match
? {opener}.
My [sister|partner|best friend] and I ({22-34}) [moved out of|left] our old flat [at the end of {month}|{6-10} weeks ago] after
  {2-5} years.
We [cleaned for two days|scrubbed every corner] and handed over the keys [on time|a day early], and the landlord seemed
  [happy|satisfied].
? We were [good tenants|never late with the rent], and the neighbours were [sad to see us go|sorry that we left].
? During that time the rent went up [twice|three times], and we never [complained|said a word].

Now a letter says that {sum} {coin} of our deposit will be kept because of {damage}.
The [point|thing] is that {damage.1}.
? The bill [lists|includes] {9-14} hours of work for something that takes [an hour|a morning] at most.
? We [took photos on the day we moved in|have some photos from our first week there], but they are [rather dark|a little blurred]
  and do not show [everything|all of it].

? I [called|wrote] to explain, and the answer was that we should [be glad it is not more|have read the contract].
? The contract does say that [normal wear is not our problem|small damage is part of living in a place], at least as I read it.
? A tenants' association would help us, but [membership costs {60-90x5} {coin}|the next free date is in {4-6} weeks].
? {outside}.

? {mood}.
? We need that money for [the new place|the moving van and a new bed], so we cannot just [forget it|shrug it off].
? {doubt}.
[Is it worth fighting over this amount, or will it only cost us more [time|energy] than it is worth|Do we have any chance|What
  should our next letter say]?
? {thanks}.
""",
        # Cars
        """
title: [Bought a used car and now the {part} is broken|Seller lied about the {part}, what now?|My "reliable" used car broke down
  after {days} days]
@part: gearbox/it jumps out of third gear on every hill; clutch/it smells burnt after ten minutes in traffic; cooling system/the
  needle climbs into the red on the motorway; steering/it pulls to the left as if it wanted to go home; exhaust/you can hear me
  coming from three streets away; alternator/the battery is flat every other morning
@days: {9-25}
@price: {2500-4800x100}
? {opener}.
[In {month}|A few weeks ago] I ({20-33}) bought my first car, a_ {9-14}-year-old [estate|hatchback|van], from {p}, [a private
  seller|somebody who said it belonged to an aunt|somebody from a village nearby].
It cost {price} {coin}, and the ad said that it was in [perfect|very good] condition.
? I need it to get to [work|my evening classes], because there is [no bus after seven|only one bus a day] where I live.
? We went for a short drive, and everything seemed [fine|normal], although the radio was [rather loud|on the whole time].

After {days} days the {part} [failed|broke], and now {part.1}.
The garage wants [almost|about] {700-1400x50} {coin} for the repair, and the mechanic said that it [must have been known for
  months|cannot be new].
? There is even [a patch of fresh paint|some tape] where somebody had [tried to hide it|made a quick fix].
? When I called {p}, I was told that a used car is [a used car|always a risk] and that the matter is closed.
? In the contract there is only one line, which says that the car is sold [as seen|without any guarantee].
? I still have screenshots of the ad, and {2-3} friends [were there|heard it] when I asked about the {part}.

? {mood}.
? My [uncle|neighbour], who knows about cars, had told me to bring him along, and I [did not want to bother him|thought that I
  could do it alone].
? {outside}.
? {doubt}.
[Should I have it repaired, sell it for parts, or go to court|Is it smarter to repair it or to cut my losses|Can I demand at least
  a part of the money back]?
? {thanks}.
""",
        # Hobbies: a club
        """
title: [The {club} I love is no fun anymore|Should I leave my {club} because of one person?|New leader is ruining our {club}]
@club: choir/rehearse in an old school/concert/sing; amateur theatre group/rehearse in a room above the fire station/premiere/act;
  chess club/meet in the back of a library/tournament/play; running group/train in the woods behind the station/spring race/run;
  pottery class/meet in a former bakery/exhibition/make bowls; gardening club/work on a piece of land by the river/plant
  market/grow things
@change: introduced a test that everybody has to pass/{3-5} of the older members have left already; shouts at people who make
  mistakes/one of the beginners went home in tears; gives all the interesting roles to {p.3} own friends/the rest of us have
  become an audience; doubled the number of evenings/those of us with children simply cannot keep up
? {opener}.
For {4-12} years I ({27-58}) have been part of a_ {club}, and our {day} evenings were the best part of my week.
? We {club.1}, and there is always [tea|cake] and a lot of laughter.
? None of us is [a professional|especially talented], and that was never the point.
{4-8} months ago {p} took over, and everything [changed|became serious].
{p.1} {change}, and {change.1}.

? There is a_ {club.2} coming up in {5-9} weeks, so everyone is [nervous|on edge].
I tried to talk to {p.2} [over a coffee|after one of our evenings], and {p.1} said that [people who only want to chat can stay at
  home|quality has its price].
? A few of us [wrote a letter together|asked for a meeting], but only {3-6} out of {18-30} people dared to sign.
? {r}, who founded the group, [has retired and does not want to interfere|says that every leader deserves a fair chance].
? I have to admit that we do {club.3} [better|with more care] than before.

? {mood}.
? {outside}.
? Last week I [sat in the car for ten minutes before going in|made up a cold to stay at home], and that has never happened before.
? {doubt}.
? I could [join another group in the next town|start something small of my own], but my friends are here.
[Would you stay and fight or leave quietly|Is it time to go|How do you know when it is time to leave]?
? {thanks}.
""",
        # Work: staying or leaving
        """
title: [Stay in a safe job or {dream}?|I want to {dream} and everyone says I am crazy|Is {age} too old to {dream}?]
@age: {33-48}
@dream: become a carpenter/I spend every free hour in my garage, and {3-5} neighbours have asked me for tables/an apprenticeship;
  train as a nurse/I have volunteered in a care home for two years and come home happy/a place at a nursing school; open a
  bookshop/I know every shop for sale within an hour from here/a shop with a tiny flat above it; become a gardener/our balcony
  looks like a jungle, and I read seed catalogues for fun/a job with a landscape gardener; study geology/my shelves are full of
  stones, and my holidays are planned around quarries/a place at university
@job: an insurance company; a bank; a tax office; a large telephone company; the sales department of a furniture maker
? {opener}.
I am {age} and have worked for {job} for {9-13} years.
? The pay is good, the colleagues are [nice|decent], and I could [do most of it in my sleep|probably stay until I retire].
? That is the problem, because [no day is different from the others|I watch the clock from nine in the morning].
What I really want is to {dream}.
{dream.1}.
Now I could have {dream.2}, but I would have to [start|decide] in {4-9} weeks.

For the first {2-3} years I would have [about half of what I earn now|just enough for rent and food].
? We have [two children|a daughter] and a [mortgage|loan] with {11-19} years to go, so this is not only about me.
? I made [a spreadsheet|three different budgets], and it works as long as [nothing breaks|nobody gets ill].
? My [wife|husband|partner] says that [we will manage|I should do it], but I can hear the [worry|fear] in every word.
? My parents [think that I have lost my mind|cannot understand how anyone gives up a safe job], and my boss [laughed|offered me a
  bigger desk].
? I asked for [fewer hours|a year of unpaid leave] as a test, and it was refused [within a day|without a reason].

? {worry}.
? {advice}.
? {unsure}.
? What scares me most is not failing but [being sixty and wondering|never having tried].
[Has anyone here started over at my age|What would you ask yourself before you jump|How did you know that it was the right time]?
? {thanks}.
""",
        # Family: caring for somebody
        """
title: [My siblings leave the care of our {elder} to me|How do we share the care of our {elder} fairly?|I am tired of being the
  only one who looks after our {elder}]
@elder: grandmother/she/her/her/{84-93}; grandfather/he/him/his/{84-93}; father/he/him/his/{74-82}; mother/she/her/her/{70-79}
@ill: broke {elder.3} hip/the stairs are a problem; had a mild stroke/the words do not always come; began to lose {elder.3}
  sight/{elder.1} cannot read the labels on {elder.3} pills; became forgetful/the stove was left on twice
? {opener}.
Our {elder} is {elder.4} years old and lives [alone in a house with a big garden|in a flat on the third floor].
{7-11} months ago {elder.1} {ill}, and since then {ill.1}.
I ({38-45}) live [ten minutes away|in the same town], so I [do|ended up with] the shopping, the cooking and all the [doctor's
  appointments|paperwork].
? That is {12-20} hours a week on top of a full-time job.
? I love {elder.2} very much, and we [laugh a lot|have good talks] when there is time.

My brother {r} and my sister {s} both live [an hour away|in the next city] and visit [once a month|on holidays].
? They bring flowers, take a nice picture, and are gone before [the dishes are done|it gets dark].
? I asked them for [one weekend a month|some help with the costs], and they said that [they have families|I am simply better at
  it].
? We [tried|hired] a helper for {2-3} mornings a week, but {elder.1} [sent her home|refused to open the door].
? A place in a good home would cost {1800-2900x100} {coin} a month, and {elder.1} [cries|goes silent] when we mention it.
? Last {day} I forgot [my own doctor's appointment|to pick up a friend at the station], because I was [on the phone with the
  pharmacy|waiting for a nurse].

? {mood}.
? {outside}.
? {doubt}.
? I do not want to [keep score|start a feud], but I [cannot go on like this|am close to breaking down].
[How do other families divide this up|What can I say so that they finally listen|Is it fair to ask them for money instead of
  time]?
? {thanks}.
@r: Tom; Daniel; Marco; Ben; Omar; Felix; Hugo
@s: Anna; Maria; Julia; Nadia; Erin; Lena; Ingrid
""",
    )
)


def generate(rng: random.Random, difficulty: str) -> dict[str, str]:
    """One forum post as {"text": post}; difficulty "easy", "medium" or "hard" sets its length."""
    low, high = LENGTHS[difficulty]
    title, body = compose(rng, rng.choice(_FRAMES), _SHARED, low, high - 1)  # the mark "Title:" is a word as well
    return {"text": f"Title: {title}\n\n{body}"}
