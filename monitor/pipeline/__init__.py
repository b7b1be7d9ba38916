"""The road: monitor.yaml -> interactions -> plan -> call -> mask -> append -> judge -> report.

``check`` walks the whole of it, ``recheck`` from "judge" on, ``approve`` makes a recording the baseline.
"""
