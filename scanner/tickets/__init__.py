"""Findings become tickets: which are due, in whose words, and the systems that take them."""
