"""What each verb does in each state, decided by people. Never derived from the code: it is what the code is held to.

A name: it moves there.  `+`: allowed, and the state stays.  `=`: there already; the same member said twice is answered
without an event, anybody else is refused with `already_<state>`.  `-`: refused with problems, and nothing changes.
"""


def grid(text):
    """{(state, verb): cell} of a table whose first line names the verbs."""
    header, *lines = [line.split() for line in text.strip().splitlines()]
    for state, *cells in lines:
        if len(cells) != len(header):
            raise ValueError(f"The line of {state} has {len(cells)} cells, the table {len(header)} verbs.")
    return {(state, verb): cell for state, *cells in lines for verb, cell in zip(header, cells, strict=True)}


# `on_hold` here was held while released, so that is where it resumes to.
WORK_ORDER = grid("""
             edit  submit     approve   reject    revise  release   begin        hold     resume    finish     close   reopen       cancel     reschedule  prioritize
draft        +     submitted  -         -         -       -         -            -        -         -          -       -            cancelled  +           +
submitted    -     =          approved  rejected  -       -         -            -        -         -          -       -            cancelled  +           +
approved     -     -          =         -         -       released  -            -        -         -          -       -            cancelled  +           +
rejected     -     -          -         =         draft   -         -            -        -         -          -       -            cancelled  +           +
released     -     -          -         -         -       =         in_progress  on_hold  -         -          -       -            cancelled  +           +
in_progress  -     -          -         -         -       -         =            on_hold  -         completed  -       -            cancelled  +           +
on_hold      -     -          -         -         -       -         -            =        released  -          -       -            cancelled  +           +
completed    -     -          -         -         -       -         -            -        -         =          closed  in_progress  -          -           -
closed       -     -          -         -         -       -         -            -        -         -          =       -            -          -           -
cancelled    -     -          -         -         -       -         -            -        -         -          -       -            =          -           -
""")  # noqa: E501

# The order is on the floor. A process says all but `skip` by what happens to its tasks.
PROCESS = grid("""
             ready  start        complete   skip     cancel
waiting      ready  -            -          skipped  cancelled
ready        =      in_progress  -          skipped  cancelled
in_progress  -      =            completed  -        cancelled
completed    -      -            =          -        -
skipped      -      -            -          =        -
cancelled    -      -            -          -        =
""")

# The order is on the floor and not held; `complete` is said when everything has been reported.
TASK = grid("""
             ready  start        pause   resume       report  complete   cancel     assign  claim  split  merge
waiting      ready  -            -       -            -       -          cancelled  +       -      +      +
ready        =      in_progress  -       -            -       -          cancelled  +       +      +      +
in_progress  -      =            paused  -            +       completed  cancelled  -       -      +      +
paused       -      -            =       in_progress  +       -          cancelled  +       +      +      +
completed    -      -            -       -            -       =          -          -       -      -      -
cancelled    -      -            -       -            -       -          =          -       -      -      -
""")

# It names a customer, so it can become an order.
TICKET = grid("""
             edit  triage   start        resolve   close   reopen       convert
new          +     triaged  -            -         -       -            -
triaged      +     =        in_progress  -         -       -            converted
in_progress  +     -        =            resolved  -       -            -
resolved     -     -        -            =         closed  in_progress  -
closed       -     -        -            -         =       -            -
converted    -     -        -            -         -       -            =
""")

# A file of orders without problems; people say `write` and `discard`, the rest is said by whoever works on it.
IMPORT = grid("""
             list_problems  write    finish   fail    discard
checking     checked        -        -        failed  -
checked      =              writing  -        -       discarded
writing      -              =        written  failed  -
written      -              -        =        -       -
failed       -              -        -        =       -
discarded    -              -        -        -       =
""")

# A ready task in somebody's hands. They answer; who leads takes it back; it is finished by what happens to the task.
ASSIGNMENT = grid("""
           accept    decline   withdraw   finish
offered    accepted  declined  withdrawn  -
accepted   =         -         withdrawn  finished
declined   -         =         -          -
withdrawn  -         -         =          -
finished   -         -         -          =
""")

# Somebody's leave, judged by somebody else.
ABSENCE = grid("""
           approve   reject    cancel
requested  approved  rejected  cancelled
approved   =         -         cancelled
rejected   -         =         -
cancelled  -         -         =
""")

# It moves nothing and so needs no second pair of eyes; who submitted it is not who says the next word.
PLAN = grid("""
             finish  fail    submit   return  publish    queue       hand_out   stop   undo    discard
computing    ready   failed  -        -       -          -           -          -      -       -
ready        =       -       waiting  -       published  publishing  -          -      -       discarded
waiting      -       -       =        ready   published  publishing  -          -      -       discarded
publishing   -       -       -        -       -          =           published  ready  -       -
published    -       -       -        -       =          -           =          -      undone  -
undone       -       -       -        -       -          -           -          -      =       -
discarded    -       -       -        -       -          -           -          -      -       =
failed       -       =       -        -       -          -           -          -      -       -
""")

# Somebody is waited for. People say that they take care of it; that it is over is said by what it is about.
ESCALATION = grid("""
              acknowledge   end
open          acknowledged  ended
acknowledged  =             ended
ended         -             =
""")

GRIDS = {
    "workorder": WORK_ORDER,
    "process": PROCESS,
    "task": TASK,
    "ticket": TICKET,
    "import": IMPORT,
    "assignment": ASSIGNMENT,
    "absence": ABSENCE,
    "plan": PLAN,
    "escalation": ESCALATION,
}
INITIAL = {
    "workorder": "draft",
    "process": "waiting",
    "task": "waiting",
    "ticket": "new",
    "import": "checking",
    "assignment": "offered",
    "absence": "requested",
    "plan": "computing",
    "escalation": "open",
}
ENDED = {
    "workorder": {"closed", "cancelled"},
    "process": {"completed", "skipped", "cancelled"},
    "task": {"completed", "cancelled"},
    "ticket": {"closed", "converted"},
    "import": {"written", "failed", "discarded"},
    "assignment": {"declined", "withdrawn", "finished"},
    "absence": {"rejected", "cancelled"},
    "plan": {"undone", "discarded", "failed"},
    "escalation": {"ended"},
}
# Said by the floor itself: no button, no route, not among the allowed actions.
INTERNAL = {
    "workorder": {"begin", "finish"},
    "process": {"ready", "start", "complete", "cancel"},
    "task": {"ready"},
    "ticket": set(),
    "import": {"list_problems", "finish", "fail"},
    "assignment": {"finish"},
    "absence": set(),
    "plan": {"finish", "fail", "queue", "hand_out", "stop"},
    "escalation": {"end"},
}
# Who says it, where an admin may not: whose it is, and whoever stands at the machine.
SPOKEN_BY = {("assignment", "accept"): "omar", ("assignment", "decline"): "omar", ("task", "claim"): "omar"}
# Said by whose it is and by nobody else, so anybody else who says it again is not even heard (403).
OWN_WORD = {("assignment", "accept"), ("assignment", "decline")}
# Why a `-` is one, where it is not for "wrong_state": in one cell, or in all cells of a verb.
REASONS = {
    ("workorder", "edit"): "not_a_draft",
    ("workorder", "reschedule"): "order_ended",
    ("workorder", "prioritize"): "order_ended",
    ("ticket", "edit"): "ticket_ended",
    ("task", "assign"): "task_ended",
    ("task", "in_progress", "assign"): "task_started",
    ("task", "split"): "task_ended",
    ("task", "merge"): "task_ended",
    ("task", "claim"): "task_ended",
    ("task", "waiting", "claim"): "not_its_turn",
    ("task", "in_progress", "claim"): "task_started",
    # It stands already where the verb leads to, but has not come there by it.
    ("workorder", "draft", "revise"): "already_draft",
    ("workorder", "released", "resume"): "already_released",
    ("workorder", "in_progress", "resume"): "already_in_progress",
    ("workorder", "in_progress", "reopen"): "already_in_progress",
    ("task", "in_progress", "resume"): "already_in_progress",
    ("ticket", "in_progress", "reopen"): "already_in_progress",
    ("plan", "ready", "return"): "already_ready",
    ("plan", "ready", "stop"): "already_ready",
    ("plan", "waiting", "stop"): "already_waiting",
}


def refusal(noun, state, verb):
    """The one reason with which a `-` of the table is refused."""
    return REASONS.get((noun, state, verb)) or REASONS.get((noun, verb), "wrong_state")
