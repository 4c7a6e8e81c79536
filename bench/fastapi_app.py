"""The same answer from FastAPI, as its own tutorial has it."""

from fastapi import FastAPI

app = FastAPI()


@app.get("/")
async def root():
    return {"message": "Hello, World!"}
