"""The kinds of fault that arise on this machine: configuration, store, templates, pages, the program itself."""

from __future__ import annotations

from watcher.context import (
    CONFIG_PART,
    DIGEST_PART,
    ENDPOINT_PART,
    JOB_PART,
    PAGE_TEMPLATE_PART,
    PAGES_PART,
    RECIPIENT_PART,
    REMOVED_PART,
    RUN_PART,
    STORED_PART,
    TEMPLATE_PART,
    TEXTFILE_PART,
    WATCHLIST_PART,
)
from watcher.pipeline.fault_kinds.kind import FaultKind

OWN_KINDS = (
    FaultKind(
        shown="job …",
        concerns=JOB_PART,
        what="a job of the daemon broke off: the store could not be written",
        code="1",
        ends="the same job done, or any run after it",
        meaning="The work of this job stays due and is tried again; nothing is lost. Until then recipients may get "
        "their messages late.",
        advice="Check the disk of the state folder: free space and permissions. The log names the error.",
        after="The work that waited is being done.",
    ),
    FaultKind(
        shown="run",
        concerns=f"{RUN_PART}: ",
        what="a run broke off",
        code="70 or 74",
        ends="a run that comes to its end",
        meaning="The work of this run stays due and is done by the next one; nothing is lost.",
        advice="Read the error in the log. If the next run breaks off as well, report it.",
        after="The work that waited is being done.",
    ),
    FaultKind(
        shown="configuration",
        concerns=CONFIG_PART,
        what="a changed configuration was refused at reload",
        is_single=True,
        ends="a reload or start with one that is right",
        during="being refused",
        over="is accepted",
        meaning="The watcher goes on with its last valid configuration. Recipients are served as before; your change "
        "has no effect yet.",
        advice="Run `watcher check-config`, correct what it names, and reload.",
        after="Your changes are in effect.",
    ),
    FaultKind(
        shown="health endpoint",
        concerns=ENDPOINT_PART,
        what="the address of [health] listen cannot be listened at",
        ends="a reload or start that can listen",
        over="is in order again",
        meaning="Recipients do not notice. Your monitoring gets no answer.",
        advice="Free the address, or name another in [health] listen and reload.",
        after="Your monitoring gets answers again.",
    ),
    FaultKind(
        shown="health textfile",
        concerns=TEXTFILE_PART,
        what="the file of [health] textfile cannot be written",
        ends="a run that writes it",
        over="is in order again",
        meaning="Recipients do not notice. Your monitoring sees the state of an earlier run.",
        advice="Allow the user who runs the watcher to write the file of [health] textfile, or name another file.",
        after="Your monitoring sees every run again.",
    ),
    FaultKind(
        shown="watchlist: nothing is watched",
        concerns=f"{WATCHLIST_PART}: nothing is watched",
        what="no trial is watched",
        code="78; 1 while trials that were watched before are still read",
        ends="a trial added",
        during="being empty",
        over="names trials now",
        meaning="Trials that were watched before are read until the watchlist is found empty a second time, ten "
        "minutes or more later. From then on no trial is read, so no recipient gets news. Messages that wait are still "
        "sent.",
        advice="Add trials with `watcher add NCT…`, or name them in a [[watch]]. If the watchlist was emptied by "
        "mistake, put it back within 30 days: what changed meanwhile is reported then.",
        after="They are read from now on. Changes of a trial that was watched in the last 30 days are reported since "
        "then; of any other, changes after its first reading.",
    ),
    FaultKind(
        shown="watchlist",
        concerns=WATCHLIST_PART,
        what="a watchlist cannot be read, or has lines that name no trial",
        ends="all of it read without a bad line",
        over="is in order again",
        meaning="Trials in the lines named here are not watched; all others are. While a whole file cannot be read, "
        "no recipient gets a digest, so that no change in it is missed.",
        advice="Correct the lines or restore the file. The next poll reads it again.",
        after="All trials in it are watched.",
    ),
    FaultKind(
        shown="stored record …",
        concerns=STORED_PART,
        what="a kept version of one trial cannot be read back: the store is damaged",
        is_single=True,
        code="74",
        ends="a version that can be read, after `watcher db restore`",
        during="being damaged",
        over="can be read again",
        meaning="This trial cannot be compared with its earlier versions, so recipients get no news of it; their "
        "messages name it as one that cannot be shown. All other trials are read and reported.",
        advice="Run `watcher db check`; it names everything that is damaged. Then stop the watcher and restore a "
        "backup with `watcher db restore FILE`. Check the disk: stored bytes do not change by themselves.",
        after="Changes that were made to it meanwhile are reported like all others.",
    ),
    FaultKind(
        shown="template …",
        concerns=TEMPLATE_PART,
        what="a template of the operator's own failed in a message",
        is_single=True,
        ends="a message made with it, or the next run or start after it was corrected or removed",
        over="is in order again",
        meaning="Recipients get their messages, made with the built-in template instead of yours.",
        advice="Correct your template or remove it; `watcher templates check` tries it.",
        after="Messages are made with your template again, or with the built-in one if you removed yours.",
    ),
    FaultKind(
        shown="digest for …",
        concerns=DIGEST_PART,
        what="a digest could not be made",
        is_single=True,
        ends="the digest made",
        over="is made again",
        meaning="This recipient gets no digest until this is solved; nothing is lost.",
        advice="Read the error in the log. If it stays, report it.",
        after="The next digest covers everything since the last one.",
    ),
    FaultKind(
        shown="messages for …",
        concerns=REMOVED_PART,
        what="messages wait for a recipient who is no longer in the configuration",
        is_single=True,
        ends="the recipient is back, the messages are dropped, or 30 days",
        during="waiting",
        over="are settled",
        meaning="The messages are kept for 30 days in case the recipient returns to the configuration; nobody else "
        "gets them.",
        advice="If the recipient has a new name, stop the watcher and run `watcher db rename-recipient`. If they "
        "are gone for good, give the messages up with `watcher outbox drop`.",
        after="The messages were sent, dropped, or given up after 30 days.",
    ),
    FaultKind(
        shown="recipient …",
        concerns=RECIPIENT_PART,
        what="a new recipient has the address of one who is gone",
        ends="`watcher db rename-recipient`, or the first news for the new one",
        during="being in question",
        over="is settled",
        meaning="Until then this is a new recipient, who hears of changes from now on and not of those the old name "
        "has missed.",
        advice="If it is the same person, rename the recipient in the store as described, before the next digest. "
        "If it is somebody else, do nothing.",
        after="The recipient goes on where the old name stood, or as a new one. Nothing is left to do.",
    ),
    FaultKind(
        shown="page template …",
        concerns=PAGE_TEMPLATE_PART,
        what="a template of the operator's own failed in a page",
        is_single=True,
        ends="pages made with it, or its removal",
        over="is in order again",
        meaning="The pages and feeds are complete, made with the built-in template instead of yours.",
        advice="Correct your template in templates_dir or remove it; `watcher templates check` tries it. The next "
        "poll uses it.",
        after="The pages are made with your template again, or with the built-in one if you removed yours.",
    ),
    FaultKind(
        shown="pages",
        concerns=PAGES_PART,
        what="the pages cannot be written",
        ends="the pages written",
        over="are written again",
        meaning="Pages and feeds show an earlier state. Messages to recipients are not affected.",
        advice="Check the folder of [pages] dir: free space, permissions, and whether it holds files of something "
        "else.",
        after="Pages and feeds are up to date.",
    ),
)
