"""vLLM, llama.cpp and LM Studio: servers of language models that answer whoever asks."""

from collections.abc import Mapping
from types import MappingProxyType

from scanner.model import Access, Assessment, Holding, Proof, Service
from scanner.probe import About, Get, HttpDialogue, Page
from scanner.verdict import OK, REFUSED, half_proof, locked, path
from scanner.wire import Garbled

MODELS = Get("/v1/models")
#: A key is demanded for it although there is no such page: for the list, llama.cpp demands none.
CONTROL = Get("/v1/ronde-no-such-endpoint")

#: Who owns a model that the server made up itself → the product.
OWNERS: Mapping[str, str] = MappingProxyType(
    {"vllm": "vllm", "llamacpp": "llama.cpp", "organization_owner": "lm-studio"}
)


class ModelServer:
    """A server is open when it lists its models and misses a page without asking for a key."""

    about = About(
        name="modelserver",
        title="A server of language models answers anyone",
        ports=frozenset({8000, 8080, 1234}),
        front=MODELS,
        asks=(MODELS, CONTROL),
        proves="the models are listed, and a page that cannot exist is missing, not locked",
        cwe=306,
        remedy=(
            "Demand a key (`--api-key` of vLLM and llama.cpp), bind to localhost, or put a proxy "
            "with a login before it: whoever reaches it runs models at your cost, and sees what "
            "they were tuned for."
        ),
        references=("https://docs.vllm.ai/en/latest/usage/security/",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise a list whose models belong to the server's own maker."""
        owners = [owner for owner, _ in _models(front)]
        product = OWNERS.get(owners[0]) if owners else None
        return Service(product) if product and front.status == OK else None

    def assess(self, front: Page) -> HttpDialogue:
        """See whether a page that cannot exist is locked or missing."""
        service = self.identify(front) or Service("vllm")
        control = yield CONTROL
        if control.status in REFUSED:
            return locked(service, CONTROL, control)
        if not _is_missing(service.product, control):
            return half_proof(service, f"the control {path(CONTROL)} was not missing in its words")
        names = [name for _, name in _models(front)]
        return Assessment(
            access=Access.OPEN,
            service=service,
            because=f"lists its models and asks for no key: {len(names)}",
            proof=Proof(
                MODELS.name,
                f"{len(names)} models listed",
                f"{path(CONTROL)} was missing, in the server's own words",
            ),
            holdings=tuple(Holding(name=name, kind="model") for name in names),
            holdings_total=len(names),
        )


def _models(page: Page) -> list[tuple[str, str]]:
    """Give owner and name of each model."""
    try:
        told = page.json()
        listed = told["data"].elements() if told["object"].text() == "list" else ()
        return [(one["owned_by"].text(), one["id"].text()) for one in listed]
    except Garbled:
        return []


def _is_missing(product: str, page: Page) -> bool:
    """Tell a page that is missing; LM Studio says so with 200."""
    try:
        told = page.json()
        if product == "vllm":
            return told["detail"].text() == "Not Found"
        if product == "llama.cpp":
            return told["error"]["type"].text() == "not_found_error"
        return told["error"].text().startswith("Unexpected endpoint or method")
    except Garbled:
        return False
