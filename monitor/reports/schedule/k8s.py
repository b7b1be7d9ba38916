"""Kubernetes: a CronJob for each job, and the volume that holds recordings and state.

Its cron reads a stepped star (``*/2``) in one day field beside the other one as "either", Debian's as "both": that is
refused. A Sunday is 0 there.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Final

from monitor.errors import UsageError
from monitor.model import Schedule
from monitor.reports.schedule import Job, Place, SchedulePlan, Written, jobs_of, jumped
from monitor.reports.schedule._fields import fields_of
from monitor.reports.schedule.text import duration

NAME: Final = "vendor-drift"
USER: Final = 10001  # as in the Dockerfile
_MAX_NAME: Final = 52  # of a CronJob: it becomes the beginning of the names of its jobs
_LEAST_DEADLINE: Final = 60  # seconds; below 10 Kubernetes starts nothing
_HEAD: Final = """\
# Made by: monitor schedule --format k8s. Change monitor.yaml, and print it again.
# Secrets: kubectl create secret generic {name} --from-env-file=secrets.env
# The volume is one node's at a time, and SQLite's ledger is on it. For several nodes take a ledger on PostgreSQL and a
# ReadWriteMany volume. What the image holds is not written to (cron/Dockerfile).
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: {name}
  labels: {{app.kubernetes.io/name: {name}}}
spec:
  accessModes: [ReadWriteOnce]
  resources: {{requests: {{storage: 10Gi}}}}
"""
_JOB: Final = """\
---
# {what}
apiVersion: batch/v1
kind: CronJob
metadata:
  name: {job}
  labels: {{app.kubernetes.io/name: {name}}}
spec:
  schedule: {cron}
  timeZone: {zone}
  concurrencyPolicy: Forbid
  startingDeadlineSeconds: {deadline}
  successfulJobsHistoryLimit: 3
  failedJobsHistoryLimit: 3
  jobTemplate:
    spec:
      backoffLimit: 0
      template:
        metadata:
          labels: {{app.kubernetes.io/name: {name}}}
        spec:
          restartPolicy: Never
          automountServiceAccountToken: false
          enableServiceLinks: false
          securityContext:
            runAsNonRoot: true
            runAsUser: {user}
            runAsGroup: {user}
            fsGroup: {user}
            fsGroupChangePolicy: OnRootMismatch
            seccompProfile: {{type: RuntimeDefault}}
          containers:
            - name: monitor
              image: {image}
              args: {arguments}
              workingDir: {folder}
              env:
                - {{name: MONITOR_ALERTS, value: "true"}}
                - {{name: MONITOR_STATE_DIR, value: {state}}}
              envFrom:
                - secretRef: {{name: {name}}}
              securityContext:
                allowPrivilegeEscalation: false
                readOnlyRootFilesystem: true
                capabilities: {{drop: [ALL]}}
              resources: {{requests: {{cpu: 100m, memory: 512Mi}}}}
              volumeMounts:
                - {{name: data, mountPath: {state}, subPath: state}}
                - {{name: data, mountPath: {runs}, subPath: runs}}
                - {{name: tmp, mountPath: /tmp}}
          volumes:
            - name: data
              persistentVolumeClaim: {{claimName: {name}}}
            - name: tmp
              emptyDir: {{}}
"""


def cron_of(schedule: Schedule) -> str:
    """The five fields as Kubernetes reads the same of them. Raises UsageError where it cannot."""
    fields = fields_of(schedule.cron)
    days = fields.day, fields.weekday
    if fields.both_days and not any(field.is_any for field in days):
        what = f"Kubernetes reads the two day fields of '{schedule.cron}' otherwise than cron"
        raise UsageError(what, fix="write * for one of them")
    weekday = "*" if fields.weekday.is_any else ",".join(map(str, fields.weekdays))
    return f"{fields.minute} {fields.hour} {fields.day} {fields.month} {weekday}"


def _name(job: Job) -> str:
    """A DNS label of at most 52 characters, of its own for each job."""
    name = f"{NAME}-{job.name}"
    fit = re.sub(r"[^a-z0-9-]+", "-", name)[:_MAX_NAME].rstrip("-")
    if fit == name:
        return name
    return f"{fit[: _MAX_NAME - 7].rstrip('-')}-{hashlib.sha256(name.encode()).hexdigest()[:6]}"


def _text(value: str) -> str:
    """A YAML scalar: JSON is YAML."""
    return json.dumps(value)


def _job(job: Job, place: Place) -> str:
    jitter = f"jitter is not kept ({duration(job.schedule.jitter)})" if job.schedule.jitter else ""
    notes = "; ".join(filter(None, (job.what, jitter, jumped(job.schedule))))
    return _JOB.format(
        what=notes,
        job=_name(job),
        name=NAME,
        cron=_text(cron_of(job.schedule)),
        zone=_text(job.schedule.timezone),
        deadline=max(int(job.schedule.grace), _LEAST_DEADLINE),
        user=USER,
        image=_text(place.image),
        arguments=json.dumps(list(job.arguments)),
        folder=_text(place.folder),
        state=_text(place.state),
        runs=_text(f"{place.recordings}/runs"),
    )


def render(plan: SchedulePlan) -> tuple[Written, ...]:
    jobs = jobs_of(plan)
    return (Written("kubernetes.yaml", _HEAD.format(name=NAME) + "".join(_job(job, plan.place) for job in jobs)),)
