"""Trackers that are installed by hand: Redmine and Request Tracker, and our fakes beside them."""
