"""Names → data categories, with the vocabulary's words that matched. No value is ever looked at."""

from scanner.classify.judge import Classification, Classifier
from scanner.classify.vocabulary import Vocabulary, load_vocabulary

__all__ = ["Classification", "Classifier", "Vocabulary", "load_vocabulary"]
