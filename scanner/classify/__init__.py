"""Names → data categories, with the vocabulary's words that matched. No value is ever looked at."""

from scanner.classify.holdings import label_holdings
from scanner.classify.judge import Classification, Classifier
from scanner.classify.listing import classified
from scanner.classify.neighbours import Named, together
from scanner.classify.vocabulary import Vocabulary, load_vocabulary

__all__ = [
    "Classification",
    "Classifier",
    "Named",
    "Vocabulary",
    "classified",
    "label_holdings",
    "load_vocabulary",
    "together",
]
