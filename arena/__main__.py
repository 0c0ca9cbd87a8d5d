"""The game without the dashboard: `python -m arena --port 8600`. No model is loaded, so no one plays against you."""

from dataclasses import dataclass, field

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import RedirectResponse
from starlette.routing import Route

from arena.guard import Guard
from arena.routes import routes
from model.commands import parser_for, read, run


@dataclass(frozen=True)
class ArenaConfig:
    """Where to serve."""

    host: str = field(default="127.0.0.1", metadata={"help": "address to listen on; 0.0.0.0 lets a phone join"})
    port: int = field(default=8600, metadata={"help": "port to listen on"})
    scorebook: str | None = field(
        default=None, metadata={"help": "SQLAlchemy URL of another scorebook; also HOMING_SCOREBOOK"}
    )


def create_app(scorebook_url: str | None = None, host: str | None = None) -> Starlette:
    """The arena alone as an ASGI app; `host` is the address that it will listen on, None when nobody knows."""
    home = Route("/", lambda _request: RedirectResponse("arena"))
    return Starlette(routes=[home, *routes(None, scorebook_url)], middleware=[Middleware(Guard, bound=host)])


def main() -> None:
    """Serve until interrupted."""
    config = read(parser_for(ArenaConfig, "python -m arena", __doc__ or ""), ArenaConfig)
    print(f"The arena is at http://{config.host}:{config.port}/arena", flush=True)
    uvicorn.run(create_app(config.scorebook, config.host), host=config.host, port=config.port, log_level="warning")


if __name__ == "__main__":
    run(main)
