"""Programs of one task, saved by DSPy as users save theirs: golden/dspy/. No model is asked.

    golden/make_dspy.py writes predict-VERSION.json and chain-of-thought-VERSION.json of the DSPy that is installed; made with
    dspy 2.5.43, 2.6.27 and 3.4.1, and dspy-ai 2.4.17, in a virtual environment each.
"""

import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import dspy

try:
    installed = version("dspy")
except PackageNotFoundError:
    installed = version("dspy-ai")


class Queue(dspy.Signature):
    """Which queue does this ticket belong to?"""

    ticket_text: str = dspy.InputField(desc="what the customer wrote")
    queue: str = dspy.OutputField()


demos = [
    dspy.Example(ticket_text="I want my money back", queue="refund").with_inputs("ticket_text"),
    # As an optimizer of DSPy leaves them: made by the program itself.
    dspy.Example(
        augmented=True,
        ticket_text='no password works, "at all"\nplease help',
        reasoning="They cannot get in.",
        rationale="They cannot get in.",
        queue="login",
    ),
]
# The order of keys is that of the signature.
plain = [dspy.Example(**{key: value for key, value in demo.items() if key not in ("reasoning", "rationale")}) for demo in demos]

folder = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent / "dspy")
folder.mkdir(exist_ok=True)
predict = dspy.Predict(Queue)
predict.demos = plain
predict.save(str(folder / f"predict-{installed}.json"))
thinking = dspy.ChainOfThought(Queue)
for predictor in thinking.predictors():
    kept = "reasoning" if installed.startswith(("2.6", "3")) else "rationale"
    predictor.demos = [
        dspy.Example(**{key: value for key, value in demo.items() if key not in {"reasoning", "rationale"} - {kept}}) for demo in demos
    ]
thinking.save(str(folder / f"chain-of-thought-{installed}.json"))
