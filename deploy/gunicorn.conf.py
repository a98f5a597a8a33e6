"""How the web processes run, by hand and in containers alike. Where they listen is said on the command line."""

import os

worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
preload_app = True  # what the workers share is held in memory once
timeout = 60
graceful_timeout = 30
control_socket_disable = True
accesslog = None  # some paths are links that let somebody in: they are written nowhere
