"""transformers' pipeline behind FastAPI: python fastapi_server.py MODEL async|threads PORT

`async`: one request at a time in the loop's thread. `threads`: FastAPI's pool, one thread a request.
"""

import sys

import torch
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel
from transformers import pipeline

torch.set_num_threads(2)
classify = pipeline("text-classification", model=sys.argv[1], device="cpu", dtype=torch.float32)
app = FastAPI()


class Body(BaseModel):
    text: str


def answer(text):
    with torch.inference_mode():
        return classify(text, truncation=True)


if sys.argv[2] == "async":

    @app.post("/predict")
    async def predict(body: Body):
        return answer(body.text)

else:

    @app.post("/predict")
    def predict_in_thread(body: Body):
        return answer(body.text)


port = int(sys.argv[3])
config = uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", access_log=False)


class Server(uvicorn.Server):
    async def startup(self, sockets=None):
        await super().startup(sockets=sockets)
        print(f"http://127.0.0.1:{self.servers[0].sockets[0].getsockname()[1]}", flush=True)


Server(config).run()
