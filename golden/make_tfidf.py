"""Reference values for tune:tfidf: scikit-learn's TfidfVectorizer on words and on letters within words, side by side, and logistic regression on both.
Writes tfidf.json beside this file.

    python golden/make_tfidf.py        (numpy, scikit-learn)
"""

import json
from pathlib import Path

import numpy as np
import sklearn
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import FeatureUnion

texts = {
    "refund": ["I want my money back", "please refund the charge", "charged twice, refund ONE charge!", "where is my refund money, money?"],
    "login": ["I cannot log in", "my password is rejected: 401", "reset my_password please", "login page rejects my password"],
    "parcel": ["the parcel has not arrived", "Das Päckchen ist verspätet", "track my parcel №5", "包裹 还没有到,包裹坏了", "ΠΟΥ ΕΊΝΑΙ ΤΟ ΔΈΜΑ ΜΟΥΣ"],
}
rows = [(text, label) for label, own in texts.items() for text in own]
# White space of every kind, letters beyond the first plane, combining marks, ligatures, nothing at all.
odd = ["", "   ", "a", "a b", "İstanbul'da ﬁne cafe\u0301", "x\u00a0y\u2003zz\u0085ww\u001cvv", "𝒜𝒷𝒸 😀😀 ok", "١٢٣ ½ Ⅳ ²", "ﬀ_ﬀ __ _a", "a\ufeffb c\u200bd"]


def vectorizers(min_df: int) -> FeatureUnion:
    return FeatureUnion(
        [
            ("word", TfidfVectorizer(analyzer="word", ngram_range=(1, 2), sublinear_tf=True, min_df=min_df)),
            ("char_wb", TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, min_df=min_df)),
        ],
        transformer_weights={"word": np.sqrt(0.5), "char_wb": np.sqrt(0.5)},
    )


def case(min_df: int) -> dict:
    union = vectorizers(min_df)
    learned = [text for text, _ in rows] + odd[4:8]
    union.fit(learned)
    asked = [text for text, _ in rows] + odd
    values = union.transform(asked).tocsr()
    names = [name.split("__", 1) for name in union.get_feature_names_out()]
    vectors = [
        [[*names[column], float(value)] for column, value in zip(row.indices, row.data, strict=True)]
        for row in (values[i] for i in range(values.shape[0]))
    ]
    idf = {name: dict(zip(part.get_feature_names_out().tolist(), part.idf_.tolist(), strict=True)) for name, part in union.transformer_list}
    return {"minDf": min_df, "learned": learned, "asked": asked, "idf": idf, "vectors": vectors}


def fitted(c: float, kind: str, class_weight: str | None = None) -> dict:
    asked = [text for text, _ in rows] + odd + ["refund the parcel", "my money", "password reset please"]
    solver = LogisticRegression(C=c, tol=1e-12, max_iter=100_000, class_weight=class_weight)
    labels = sorted({label for _, label in rows})
    learned = [(text, [label]) for text, label in rows]
    if kind == "binary":
        learned = [(text, own) for text, own in learned if own != ["parcel"]]
        labels = ["login", "refund"]
    if kind == "multilabel":
        learned = [(text, own + (["login"] if "my" in text and own != ["login"] else [])) for text, own in learned]
    union = vectorizers(1)
    x = union.fit_transform([text for text, _ in learned])
    if kind == "multilabel":
        y = np.array([[label in own for label in labels] for _, own in learned]).astype(int)
        probabilities = OneVsRestClassifier(solver).fit(x, y).predict_proba(union.transform(asked))
    else:
        probabilities = solver.fit(x, [own[0] for _, own in learned]).predict_proba(union.transform(asked))
    return {
        "kind": kind,
        "C": c,
        "classWeight": class_weight or "none",
        "labels": labels,
        "learned": [{"text": text, "labels": own} for text, own in learned],
        "asked": asked,
        "probabilities": probabilities.tolist(),
    }


golden = {
    "versions": {"scikit-learn": sklearn.__version__, "numpy": np.__version__},
    "vectors": [case(1), case(2)],
    "models": [fitted(31.62, "multinomial"), fitted(3.162, "multinomial", "balanced"), fitted(31.62, "binary"), fitted(10, "multilabel")],
}
Path(__file__).with_name("tfidf.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")
