"""nginx in front of several web servers: the shop's static files, and everything else handed on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from .children import HOST, Child, spawn

#: One for a request, one for the server behind it.
CONNECTIONS = 16_384

CONFIG = """
daemon off;
worker_processes 1;
worker_rlimit_nofile {files};
pid {folder}/nginx.pid;
error_log {folder}/nginx.log warn;
events {{ worker_connections {connections}; }}
http {{
    access_log off;
    types {{
        text/html html; text/css css; text/javascript js; image/svg+xml svg; image/png png; image/jpeg jpg jpeg;
        image/webp webp; image/avif avif; font/woff2 woff2; application/json json;
    }}
    default_type application/octet-stream;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/unused;
    uwsgi_temp_path {folder}/unused;
    scgi_temp_path {folder}/unused;
    client_max_body_size 2m;
    upstream shop {{
{servers}
        keepalive 32;
    }}
    server {{
        listen {host}:{port} backlog=4096;
        location {static_url} {{ alias {static}/; expires 1h; }}
        location {media_url} {{ alias {media}/; }}
        location / {{
            proxy_pass http://shop;
            # Streams live on HTTP/1.1, and say themselves that they are not to be buffered.
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_set_header X-Forwarded-Proto $scheme;
            # Longer than LIVE_HEARTBEAT_SECONDS, or idle streams end.
            proxy_read_timeout 75s;
            proxy_connect_timeout 2s;
        }}
    }}
}}
"""


def start(nginx: str, folder: Path, port: int, behind: Sequence[int], static: Path, media: Path) -> Child:
    """Write nginx's configuration into ``folder`` and run it there; ``behind`` are the ports of the web servers."""
    folder.mkdir(parents=True, exist_ok=True)
    servers = "\n".join(f"        server {HOST}:{each} max_fails=1 fail_timeout=2s;" for each in behind)
    written = folder / "nginx.conf"
    written.write_text(
        CONFIG.format(
            folder=folder, host=HOST, port=port, servers=servers, connections=CONNECTIONS, files=2 * CONNECTIONS,
            static_url="/static/", static=static, media_url="/media/", media=media,
        )
    )  # fmt: skip
    return spawn([nginx, "-p", str(folder), "-c", str(written), "-e", str(folder / "nginx.log")])
