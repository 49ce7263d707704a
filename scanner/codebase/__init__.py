"""A code base: which models it uses and where, what a policy says of each, and one document that tells it all.

uses       references put together by what they ask for; what a policy is told of them
waived     who waives what where: files, comments, a baseline
findings   what has to be told, by file
lock       what was agreed on: id, commit, identity, facts, verdict
changes    what a change adds, by git
document   ``modelorigin/codebase/v1``, the one thing every format reads
"""
