"""The engine and its rules; declares the ports it needs (`campaigns.ports`).

Its rooms, in the order of a campaign: audience (people, and whom a rule means), message (what is said), schedule and plan
(when, how much, from which account; the rehearsal), trial, dispatch (the worker that delivers), inbox (what people answer),
report. Beside them accounts (as people steer them) and backup. The modules here are the campaign itself: its states, and
what people do with it.
"""
