"""Seeded generator of scientific abstracts on invented studies: background, gap, method, results, meaning (the arXiv task)."""

from __future__ import annotations

import random

from collm_envs.writing.grammar import compose, parse, parse_slots

LENGTHS = {"easy": (100, 140), "medium": (140, 200), "hard": (200, 280)}

_SHARED = parse_slots("""
@release: code and data are [available on request|publicly available]; all scripts needed to reproduce the figures [are
  provided|accompany this paper]; we [release|publish] the raw results together with a short guide for [other groups|replication];
  the [protocol|procedure] is documented in enough detail to be repeated by others
@limit: our conclusions [are limited to|hold for] the conditions studied here, and [larger|longer] studies are needed to
  [confirm|extend] them; a [limitation|weakness] of the study is its narrow range of conditions, which we discuss [openly|in
  detail]; some [questions|effects] remain open, in particular how the results change [at larger scales|over longer periods]; in a
  few cases the [picture|outcome] is less clear, which we [trace to|explain by] [noisy|incomplete] data
@robust: the findings are [stable|robust] under [reasonable|moderate] changes of all [free parameters|modelling choices];
  repeating the analysis with [a random half|two thirds] of the data changes the main figures by less than {2-4} percent; a
  sensitivity analysis shows that [no single parameter|no single assumption] drives the [outcome|result]; additional
  [tests|checks] rule out the most [obvious|likely] alternative [explanations|interpretations]
@show: we show; we demonstrate; we find; our results show
""")

_FRAMES = tuple(
    parse(block)
    for block in (
        # Statistics
        """
@data: hospital waiting times; insurance claims; river levels; rainfall records; component lifetimes
@flaw: heavy tails; missing values; strong outliers; measurements cut off at a threshold
@method: a weighted median of small blocks; a two-stage resampling scheme; a penalised likelihood with a data-driven penalty; a
  rank-based score with smooth weights
[Estimating|The estimation of] [extreme quantiles|confidence intervals] from {data} is [difficult|delicate] when samples are small
  and suffer from {flaw}.
? Classical estimators rely on large-sample theory, which [can be misleading|is rarely justified] with fewer than {60-200x20}
  observations.
[Existing|Available] remedies either [discard part of the data|require strong assumptions] or become [unstable|biased] in exactly
  the cases that matter most.
In this paper we [propose|introduce] an estimator based on {method}, which needs no tuning by hand and [can be computed in linear
  time|runs in seconds on a laptop].
? We prove that it is consistent under [weak dependence|mild moment conditions] and derive its rate of convergence.
? The proof combines a [blocking|truncation] argument with an inequality for [bounded|self-normalised] sums that may be of
  independent interest.
In simulations with {2000-9000x1000} repetitions per setting, the mean squared error falls by {15-40} percent compared with the
  best [competitor|standard method], and intervals of nominal level 95 percent cover the true value in {93.2-95.4} percent of the
  cases.
? The gain is [largest|most visible] for samples of size {20-40x5} to {50-100x10}, where the usual intervals are too short.
? {robust}.
? Applied to {data} from {11-48} [sites|regions], the method reveals [a slow upward trend|clear seasonal differences] that
  [earlier analyses missed|had been hidden by a few unusual values].
? An implementation with sensible defaults makes the procedure accessible to [practitioners|readers without a statistical
  background].
? {limit}.
These results suggest that [careful weighting|simple robust methods] can replace [large samples|complicated models] in many
  applied problems.
? {release}.
""",
        # Networks
        """
@node: nodes; sites
@goal: spread of disruptions/disruptions/trade links; spread of rumours/rumours/email exchanges; spread of failures/failures/power
  lines; spread of infections/infections/contacts between animals; spread of new habits/new habits/friendships
Many [systems|infrastructures] can be described as networks, and their structure [governs|shapes] the {goal}.
? A large body of work has studied single, static networks, for which thresholds and [typical cluster sizes|outbreak sizes] are
  [well understood|known in closed form].
[Real|Most real] networks, however, change while the process runs, and the [interplay|feedback] between the two time scales is
  [poorly understood|still unclear].
Here we study a model in which {node} rewire their links at a rate that depends on the state of their [neighbours|neighbourhood].
? The model has only {3-4} parameters and contains [two classical models|several known models] as limiting cases.
Using [a pair approximation|a message-passing method] together with large simulations, we [locate|compute] the threshold at which
  {goal.1} reach a finite fraction of the system.
? The simulations cover networks of up to {200000-900000x100000} {node} and average over {100-500x50} independent runs.
{show} that moderate adaptation raises the threshold by a factor of {1.4-2.9}, while [fast|very strong] adaptation makes the
  transition [abrupt|discontinuous].
? Near the transition the system has two stable states, and which of them is reached depends on the [initial condition|first few
  events].
? {robust}.
? On {3-6} empirical data sets of {goal.2}, the theory predicts the final extent with a mean error of {3.1-8.9} percent, [compared
  with|against] {14.0-27.9} percent for the static theory.
? The largest deviations occur in networks with [many triangles|pronounced communities], where the [independence|tree-like]
  approximation breaks down.
? {limit}.
Our findings [imply|indicate] that measures which [slow down|reward] rewiring must be timed with care, because they can [turn a
  gradual change into a sudden one|make rare events far larger].
? {release}.
""",
        # Materials
        """
@film: zinc oxide; titanium nitride; tin sulfide; copper iodide; tungsten oxide
@use: transparent electrodes/sheet resistance; gas sensors/response time; thermoelectric coatings/thermal conductivity; protective
  layers/wear rate
@route: spray deposition; dip coating; pulsed sputtering; a low-temperature solution process
@add: fluorine; magnesium; aluminium; gallium
Thin films of {film} are [promising|attractive] candidates for {use}, since they consist of [abundant|non-toxic] elements and can
  be [produced at low cost|coated on flexible substrates].
? Their performance is [limited|determined] by grain boundaries, at which carriers are [trapped|scattered].
[Doping|The addition of dopants] is known to help, but the role of the [cooling rate|annealing atmosphere] has [not been studied
  systematically|received little attention].
We [prepare|fabricate] films with a thickness of {40-180x10} nanometres by {route} and vary the {add} content between 0 and {4-9}
  percent.
? After deposition the samples are annealed for {20-90x10} minutes at {300-480x20} degrees Celsius in [nitrogen|dry air].
? Structure and transport are [characterised|examined] by X-ray diffraction, electron microscopy, and temperature-dependent
  [Hall|resistance] measurements.
? Diffraction patterns show a single phase up to a_ {add} content of {2.1-3.4} percent, above which small [precipitates|secondary
  grains] appear.
{show} that the {use.1} improves by {22-58} percent at the optimal composition, while [adhesion to the substrate|the surface
  roughness] [hardly changes|remains the same].
? The average grain size grows from {18-29} to {41-77} nanometres, and the density of defects at the boundaries [is halved|drops
  sharply].
? After {300-900x100} bending cycles the films keep {91-97} percent of their initial performance.
? {robust}.
A simple [two-layer|barrier] model with one free parameter [reproduces|describes] the measured temperature dependence and
  [explains|accounts for] the optimum.
? {limit}.
The process needs no vacuum after deposition and [can be scaled to large areas|is compatible with existing production lines].
? {release}.
""",
        # Astronomy
        """
@star: red dwarfs; subgiants; young solar analogues; cool members of wide pairs
@obs: spectra of medium resolution; brightness measurements from a small survey telescope; ultraviolet measurements; a_ {4-9}-year
  photometric record
@prop: rotation periods/rotation rate; activity levels/activity; spot fractions/spot fraction; flare rates/flare rate
[The|Accurate] {prop} of {star} are [key|essential] to understanding how such stars [age|evolve] and whether planets around them
  could [keep an atmosphere|remain habitable].
? Previous samples were [small|biased towards bright objects], and different groups have reported [contradictory|conflicting]
  trends.
? The nearest objects are also the ones for which [blending with background sources|interstellar absorption] is least
  [problematic|severe].
We [present|report] a [uniform|homogeneous] analysis of {140-980x20} {star} within {20-90x10} parsecs of the Sun, based on {obs}.
The {prop} are derived with a [Bayesian|probabilistic] pipeline that treats [instrumental drifts|gaps in the data] and stellar
  [variability|spots] at the same time.
? Tests with {2000-8000x500} synthetic data sets show that {88-96} percent of the true values are recovered within their stated
  errors.
? We obtain [reliable|secure] results for {61-84} percent of the sample, with a typical uncertainty of {3.2-7.8} percent.
The distribution is clearly [bimodal|asymmetric], and the {prop.1} [decreases|declines] with age up to about {2.1-4.4} billion
  years, after which the relation [flattens|levels off].
We [interpret|explain] this change as the sign of a weaker [magnetic|stellar] wind in older stars, in agreement with
  [recent|independent] models of angular momentum loss.
? A [control sample|comparison group] of {40-90x5} stars in open clusters follows the same relation, although with a
  [larger|smaller] scatter.
? A total of {11-27} objects deviate by more than four standard deviations, and most of them turn out to be unresolved
  [pairs|binaries].
? {robust}.
? If confirmed, the result would change the estimated ages of nearby planetary systems by up to {15-35x5} percent.
? {limit}.
The catalogue will help to select targets for [future|upcoming] searches for small planets.
? {release}.
""",
        # Robotics
        """
@robot: a four-legged robot/walking on; a wheeled robot with an arm/driving over; a small tracked vehicle/driving over; a
  six-wheeled inspection robot/driving over
@ground: loose gravel; wet grass; cluttered warehouse floors; steep forest paths; soft sand
@sense: joint torques; a single depth camera; touch sensors in the base; an inertial unit and motor currents
[Autonomous|Mobile] robots still [struggle|have difficulty] when {robot.1} {ground}, because contact forces are [hard to
  predict|uncertain] and sensors are often [blocked|blinded].
? Controllers that are [designed by hand|based on exact models] are [reliable|safe] but slow, while learned controllers are fast
  but [fragile|hard to verify].
We present a control method that [combines|joins] a learned [predictor|estimate] of ground properties with a
  [model-based|predictive] planner, using only {sense}.
? The predictor is a small network with {40000-90000x10000} weights and is trained entirely in simulation.
? During training, friction, [payload|mass], and [sensor delay|motor strength] are varied at random, so that no fine-tuning on the
  real machine is needed.
The planner solves a short optimisation problem every {10-40x5} milliseconds and [falls back to|switches to] a cautious mode when
  the prediction is uncertain.
We test the method on {robot} over a total of {6-19} kilometres of {ground}.
Compared with a [strong|well-tuned] baseline, the number of [falls and stops|interventions] per kilometre drops from {4.1-6.9} to
  {0.8-2.2}, while the mean speed increases by {12-38} percent.
? Energy use per metre falls by {5-17} percent, mostly because [needless corrections|abrupt corrections] are avoided.
? An ablation shows that both parts matter, since removing the cautious mode alone [doubles|triples] the number of failures.
? {robust}.
? In {7-15} of {40-60x10} trials with [an unexpected load|a damaged sensor], the system also [recovered|continued] without any
  outside help.
? {limit}.
We conclude that knowing when a prediction cannot be trusted is [as important as|no less important than] the prediction itself.
? {release}.
""",
        # Linguistics
        """
@feature: word order/word orders; verb endings/endings; vowel length/vowel contrasts; politeness forms/forms of address
@group: children between four and seven; adults who learn a second language late; speakers of two related dialects; bilingual
  teenagers
@task: a picture description task; a story retelling task; a sentence repetition task; an artificial language task
How do speakers [acquire|deal with] {feature} when the [input|evidence] they hear is [inconsistent|variable]?
Earlier studies [agree|suggest] that learners tend to [regularise|simplify] such variation, but the role of [memory|social
  context] is [debated|disputed].
? One view holds that regular patterns are easier to store, whereas another sees them as a product of
  [conversation|communication].  The two accounts make different predictions about [rare|infrequent] items, which have seldom been
  tested [directly|side by side].
We [report|describe] an experiment with {64-180x4} {group}, who took part in {task} over {2-4} sessions.
The proportion of the minority variant was varied between {10-20x5} and {40-45x5} percent, and half of the participants
  [interacted with a partner|were told that they would teach others].
? Responses were [coded by two raters|transcribed twice], with an agreement of {0.84-0.96}, and analysed with mixed-effects
  models.
Participants regularised in {31-46} percent of all trials, and [interaction|the social setting] raised this figure by {9-17}
  percentage points.
? The effect was [absent|weak] in the first session and [emerged|grew] only after {20-60x10} trials, which speaks against a
  [simple|pure] memory account.
? Rare items were affected [twice as often as|more strongly than] frequent ones, even when their [length|sound structure] was
  controlled.
? {robust}.
? A short computational model with a single bias parameter [fits|reproduces] the individual learning curves of {71-88} percent of
  the participants.
? {limit}.
We [argue|conclude] that {feature.1} become regular not only because minds are limited but also because speakers [adapt
  to|accommodate] each other.
? The results [bear on|contribute to] theories of language change and have [practical|direct] consequences for the design of
  [teaching materials|language courses].
? {release}.
""",
        # Ecology
        """
@animal: wild bees; ground beetles; songbirds; spiders; butterflies
@place: small farms; city parks; restored wetlands; roadside meadows; old orchards
@factor: mowing dates; hedgerow density; artificial light; pesticide use in the surroundings
[Populations|Numbers] of {animal} have declined in many [regions|countries], and {place} are [thought|believed] to offer
  [valuable|important] refuges.
? Yet such places differ widely in size, age and management, and [what makes them suitable|their true value] is [seldom|rarely]
  measured.
It is [unclear|not known], in particular, how {factor} and the [age|size] of a site [interact|act together].
We surveyed {animal} at {28-76x2} {place} over {3-5} consecutive years and recorded {42-97} species and more than
  {8000-26000x1000} individuals.
? Each site was visited {5-9} times per season by trained observers, and detection rates were estimated from repeated counts.
The data were analysed with [hierarchical|multi-species] occupancy models that [separate|distinguish] presence from detection.
? As environmental variables we included soil moisture, plant cover, distance to the nearest forest, and {factor}.
Species richness was {18-43} percent higher at sites with favourable conditions, and {factor} explained {21-39} percent of the
  variance between sites.
? The benefit was [strongest|greatest] for specialised species, while common generalists [hardly responded|showed no clear
  response].
? Sites younger than {5-9} years held fewer species than older ones, [regardless of|independently of] their size.
? Mean abundance fluctuated between years by a factor of {1.5-2.8}, mainly as a consequence of [dry springs|cold springs].
? {robust}.
? A simple forecast suggests that [modest|small] changes in management could add {4-9} species per site within a decade.
? {limit}.
Our results [show|indicate] that [careful timing|local management] can partly make up for the loss of [large|undisturbed]
  habitats.
We [recommend|propose] that [monitoring|conservation] programmes record {factor} as a matter of routine.
? {release}.
""",
        # Optimisation
        """
@problem: vehicle routing with time windows/routes; nurse scheduling/schedules; cutting stock with uncertain demand/cutting plans;
  facility location under budget limits/site plans
@idea: a learned ranking of neighbourhoods; lazily generated cuts; a restart rule based on stagnation; a decomposition into
  overlapping subproblems
[Practical|Large] instances of {problem} [remain|are] out of reach for exact solvers, and heuristics are used that give no
  [information|guarantee] about the quality of their {problem.1}.
? In recent years, hybrid methods have [narrowed|reduced] this gap, but they depend on many parameters that must be [set|tuned]
  for each [application|customer].
We [describe|propose] an algorithm that combines local search with {idea} and [produces|maintains] a lower bound at all times.
? The bound comes from a relaxation that can be [updated|re-optimised] in [near-linear|amortised logarithmic] time after each
  move.
? Our main technical [contribution|tool] is a rule that decides when the bound is worth tightening and when the search should
  continue.
? The method has {2-3} parameters, for which we give default values that [worked well|performed well] on all instances.
On {120-480x20} public [benchmark|test] instances with up to {1200-6000x200} variables, it finds the best known solution in
  {71-92} percent of the cases within {5-20x5} minutes.
It improves the best known value for {9-31} instances, and the average gap to the lower bound is {0.6-2.4} percent, [compared
  with|against] {3.1-5.8} percent for the strongest [competitor|alternative].
? On real data from [a regional service provider|a medium-sized company], the resulting {problem.1} [cut|reduce] costs by {4-11}
  percent.
? Running time grows [slightly faster than linearly|almost linearly] with the size of the instance, and memory use stays below
  {2-6} gigabytes.
? {robust}.
? Switching off any one component worsens the average gap by at least {15-40x5} percent.
? {limit}.
The results [suggest|indicate] that bounds need not be a by-product of exact methods but can [guide|steer] a heuristic [from the
  start|throughout the search].
? {release}.
""",
        # Medical imaging
        """
@organ: the liver/liver; the knee/knee; the lungs/lung; the heart/heart; the kidneys/kidney
@scan: ultrasound; low-dose computed tomography; fast magnetic resonance imaging
@noise: motion; low contrast; strong noise; missing slices
Images of {organ} obtained by {scan} often suffer from {noise}, which makes automatic [segmentation|measurement]
  [unreliable|difficult].
? Deep networks [reach|achieve] high accuracy on clean data, but their quality drops when [scanners or patients|acquisition
  settings] differ from those seen in training.
? Manual correction takes an experienced reader {12-30x2} minutes per case and is [hard to reproduce|subject to personal
  judgement].
We [develop|propose] a method that predicts the {organ.1} outline together with a map of its own uncertainty, so that
  [doubtful|ambiguous] regions can be [shown to a reader|reviewed by hand].
The network is trained on {240-880x20} scans from {2-3} hospitals and uses [a shape prior|simulated artefacts] to [remain
  plausible|stay stable] in poor images.
? Training requires only [rough|sparse] annotations, in which every {5-10x5}th slice has been outlined.
? We compare it with {3-5} published methods, all of which were retrained on the same data.
On {90-310x10} scans from {4-6} hospitals that were not involved in training, the mean overlap with expert outlines rises from
  {0.78-0.84} to {0.87-0.93}.
The uncertainty map marks {83-95} percent of all serious errors while [flagging|covering] less than {5-9} percent of the image
  area.
? Readers who used the map needed {35-60x5} percent less time per case, and their [agreement|consistency] improved.
? Performance did not differ significantly between age groups or between [scanner types|manufacturers].
? {robust}.
? A typical scan is processed in {2-9} seconds on a standard graphics card.
? {limit}.
We conclude that honest uncertainty is a [practical|realistic] way to bring automatic {organ.1} analysis into [daily|clinical]
  routine, even where images are [far from ideal|of limited quality].
? {release}.
""",
        # Privacy
        """
@data: location traces/traffic planning; smart meter readings/energy forecasts; medical questionnaires/public health research;
  search logs/the study of language change; step counts/health research
@attack: linking attacks; membership attacks; reconstruction attacks
[Collections|Large collections] of {data} are valuable for {data.1}, but they can [reveal|expose] sensitive facts about
  individuals.
? Removing names is [insufficient|not enough], because a handful of data points is often [unique|sufficient to identify a person].
Formal privacy guarantees [exist|are available], yet the noise they require [destroys|hides] the [rare patterns|fine structure]
  that analysts need.
We [propose|present] a mechanism that [spends|distributes] the privacy budget unevenly, according to a [coarse|simple] model of
  where the data are [informative|dense].
? The model itself is learned with a small part of the budget, so that no [trusted third party|public data] is required.
We prove that the mechanism satisfies differential privacy and [bound|derive a bound on] its expected error, which is optimal up
  to a logarithmic factor.
? The analysis rests on a new composition [argument|lemma] for [adaptive|data-dependent] noise scales.
In experiments with {data} of {30000-90000x10000} people, the error of typical queries is reduced by {28-61} percent at the same
  level of protection.
? For the rarest {5-10x5} percent of the patterns, the improvement even reaches a factor of {2.1-3.8}.
? We also carry out {attack} and find that they identify people in only {1.4-3.9} percent of the cases, compared with {38-72}
  percent without protection.
? {robust}.
? The running time is dominated by sorting, and a data set of this size is processed in {3-14} minutes on [one machine|a single
  core].
? {limit}.
The results show that [strong privacy|protection] and [useful statistics|accuracy] are less at odds than is [commonly|often]
  assumed, provided that noise is placed [with care|where it does least harm].
? {release}.
""",
        # Fluid dynamics
        """
@flow: turbulent flow over a rough wall; bubbles rising in a narrow channel; a jet entering a stratified fluid; thin liquid films
  on an inclined plate
@control: shallow grooves; weak periodic forcing; a small amount of dissolved polymer; slow rotation
@tool: direct numerical simulation; particle tracking measurements; laser-based velocity measurements
We [investigate|study] {flow} by {tool} in order to understand the influence of {control} on mixing and drag.
Such flows occur in [cooling systems|chemical reactors] and in [rivers|the atmosphere], but most models [neglect|ignore] the
  [unsteady|intermittent] events that dominate transport.
? Scaling laws proposed so far disagree by up to {20-45x5} percent in the range of practical interest.
? The Reynolds number is varied between {1200-2800x200} and {12000-48000x2000}, and more than {150-450x50} independent
  [realisations|snapshots] are analysed for each case.
? Grid resolution and domain size were [checked|varied] to make sure that the statistics have converged.
? We decompose the velocity field into a mean, a [periodic|coherent] part, and a random part, which allows their contributions to
  be [compared directly|separated].
In the presence of {control}, the mean drag [falls|decreases] by {6-23} percent, while the mixing rate [increases|rises] by
  {11-34} percent.
Conditional averages show that this is due to [long streaks|tilted vortices], which become {1.3-2.2} times longer and [carry most
  of the momentum|break up later].
? The effect vanishes below a critical amplitude, which scales with the Reynolds number to the power of {0.21-0.48}.
? At the highest Reynolds numbers a second regime appears, in which the gain [saturates|slowly declines].
? {robust}.
A [reduced|low-order] model with {3-5} modes [captures|reproduces] the transition and predicts the drag to within {2.1-6.7}
  percent.
? {limit}.
? These observations [challenge|question] the view that lower drag must come at the price of weaker mixing.
The model offers a [simple|practical] basis for the [design|control] of [energy-efficient|compact] devices.
? {release}.
""",
        # Economics
        """
@policy: a fuel tax; a minimum wage increase; free public transport; a subsidy for home insulation; longer shop opening hours
@outcome: employment in small firms; household spending; commuting patterns; local prices; energy demand
@unit: municipalities; districts; labour market regions
[What is the effect of|How does one measure the effect of] {policy} on {outcome}?
[Public|Political] debate on this question is intense, but [credible|reliable] evidence is scarce, because such measures are
  seldom introduced at random.
? Simple comparisons before and after a reform confound it with [the business cycle|other reforms of the same period].
We [exploit|use] a staggered introduction across {84-260x4} {unit}, where the starting date was [determined by|tied to] an
  [administrative|unrelated] rule.
? The rule was fixed {3-6} years in advance and could not be [anticipated|influenced] by local [officials|firms].
? Our data combine [tax records|survey responses] and [register data|monthly price reports] for more than {120000-480000x20000}
  [households|workers] over {7-12} years.
Using a [difference-in-differences|matched event study] design, we [find|estimate] that the measure changes the outcome by
  {2.1-6.8} percent within two years, with a standard error of {0.4-0.9}.
? The effect is {1.5-2.6} times as large in rural areas as in cities and is concentrated among [younger|lower-income] people.
? There are no signs of diverging trends before the reform, and placebo dates give estimates close to zero.
? Spillovers to neighbouring {unit} are small but positive and amount to [about|roughly] {10-25x5} percent of the direct effect.
? {robust}.
A [structural|simple] model of [search|household choice] attributes {52-74} percent of the response to [changes in
  expectations|lower fixed costs] and the rest to direct price effects.
? According to the model, a gradual introduction would have achieved {80-95x5} percent of the effect at [two thirds|three
  quarters] of the cost.
? {limit}.
Our estimates are [smaller|larger] than those of earlier studies, and we [trace|attribute] the difference to the [treatment of
  anticipation|choice of the comparison group].
? {release}.
""",
        # Climate and energy forecasts
        """
@target: wind power/turbines; solar power/panels; river discharge/gauges; snow depth/stations
@model: a mixture of small regression trees; a recurrent network with few layers; a Gaussian process with a local kernel; an
  ensemble of analogue forecasts
@lead: {6-18x6}; {24-48x12}
[Short-term|Reliable] forecasts of {target} up to {lead} hours ahead are [important|needed] for [safe|efficient] operation, yet
  they remain [too uncertain|inaccurate] in complex terrain.
? Physical models are [expensive|slow] and too coarse, whereas purely statistical ones [fail|break down] when the weather [changes
  quickly|leaves the range of past experience].
We [combine|link] both approaches by correcting the output of a weather model with {model}, trained separately for each [weather
  type|type of weather].
? Weather types are found by clustering pressure fields, and {5-9} of them turn out to be sufficient.
The correction also yields a full probability distribution, which is [calibrated|adjusted] with the most recent {20-60x10} days of
  observations.
? Special care is taken to keep information about the future out of the [training|calibration] data.
The system is evaluated with hourly data from {34-160x2} {target.1} over {4-8} years.
The mean absolute error [falls|drops] by {14-31} percent relative to the operational forecast, and {87-92} percent of the
  observations lie within the predicted 90 percent intervals.
? Large errors, which are the most [costly|dangerous], become [about half as frequent|less frequent by a third].
? The improvement is [largest|greatest] in [spring|autumn] and at sites above {800-1600x100} metres.
? {robust}.
? When only {1-2} years of data are available, the method still keeps {60-80x5} percent of its advantage.
? Training takes less than {2-5} hours on ordinary hardware, and a forecast is issued within seconds.
? {limit}.
We [expect|anticipate] that [operators|authorities] with [few|limited] resources will profit most, as the approach needs no
  [additional sensors|dense network of sensors].
? {release}.
""",
        # Software engineering
        """
@artefact: build scripts; test suites; configuration files; code comments; error messages
@problem: become outdated; duplicate each other; contradict the program; grow without control
@way: a static analysis; a lightweight tracing tool; a pattern miner; a search over the version history
In long-lived software projects, {artefact} tend to {problem}, which [costs time|causes errors] and [frustrates|misleads]
  developers.
? Although the problem is widely recognised, there is [little|hardly any] quantitative evidence of its [extent|consequences].
? Existing tools report [too many false alarms|only the most obvious cases] and are therefore often [switched off|ignored].
We [conduct|present] a study of {180-620x20} open projects in {3-6} programming languages and [build|develop] {way} that detects
  such cases automatically.
The [detector|tool] compares how {artefact} and the program change over time and [ranks|reports] the places where the two [drift
  apart|no longer agree].
? It needs neither a running program nor [manual annotations|project-specific rules].
? To assess its quality, {3-4} experienced programmers independently judged a random sample of {300-700x50} reports.
It reaches a precision of {0.79-0.93} at a recall of {0.58-0.76}, and {23-49} percent of the projects contain at least one
  [serious|severe] case.
? Files that are affected have {1.4-2.7} times as many later bug fixes as comparable files, even after controlling for [size and
  age|the number of authors].
? On average a case survives for {8-19} months, and most disappear by accident, when the file is rewritten for other reasons.
? We sent {60-140x10} reports to maintainers, who [accepted|confirmed] {61-84} percent of them.
? {robust}.
? Interviews with {9-17} developers reveal that [lack of ownership|fear of breaking the build] is the most [common|frequent]
  cause.
? {limit}.
Our findings [suggest|indicate] that {artefact} deserve the same [attention|care] in code review as the program itself, and that
  [cheap|automatic] checks can [prevent|catch] most of the problems early.
? {release}.
""",
    )
)


def generate(rng: random.Random, difficulty: str) -> dict[str, str]:
    """One abstract as {"text": abstract}; difficulty "easy", "medium" or "hard" sets its length."""
    _, body = compose(rng, rng.choice(_FRAMES), _SHARED, *LENGTHS[difficulty])
    return {"text": body}
