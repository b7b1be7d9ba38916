"""The pure judge in killable worker processes.

1. A worker is a fresh interpreter with an empty environment, so no secret of ours is in its reach. It takes one
   case at a time as bytes on its standard input and answers with a Judgement as JSON (never a pickle: what a
   worker says after it met hostile data is data, not code).
2. A case has a deadline that starts when a warm worker has it; start-up does not count. A worker that is late,
   too big or dead costs its own case (not_judged, with the reason) and is replaced.
3. A worker whose parent was killed ends by itself: at end of input, or by its own alarm.

Nothing is imported here: a worker loads as little as it can.
"""
