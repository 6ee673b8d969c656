"""The versions of the tables, each as what it added to the one before.

A step is never changed once a program with it was released: histories have gone through it. What
it needs it says itself, because `tables` will have moved on by the time it runs.
"""
