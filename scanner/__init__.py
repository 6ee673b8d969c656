"""ronde: walks a network that its user owns and reports every datastore whose door is open."""

__version__ = "0.1.0"
