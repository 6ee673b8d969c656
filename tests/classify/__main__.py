"""Count precision and recall on the held-out schemas, and write docs/classification.md."""

from tests.classify.page import PAGE, page

if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
