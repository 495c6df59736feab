"""The Merkle tree: known answers, and every proof of every small tree."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

import pytest

from firsthand.errors import BadProof
from firsthand.protocol import merkle
from firsthand.protocol.merkle import Frontier

# The example tree that implementations of Certificate Transparency share.
CT_LEAVES = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", bytes(range(96, 112)).hex())
CT_ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
SMALL = 35  # past two powers of two, every pair still quick


def naive_root(hashes: Sequence[bytes]) -> bytes:
    """The definition of RFC 6962 2.1, word by word: the oracle."""
    if not hashes:
        return sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return sha256(b"\x01" + naive_root(hashes[:split]) + naive_root(hashes[split:])).digest()


class Tree:
    """A log in memory: hashes, roots of all its sizes, and its nodes."""

    def __init__(self, size: int) -> None:
        self.hashes = [merkle.leaf_hash(b"leaf %d" % n) for n in range(size)]
        self.nodes: dict[tuple[int, int], bytes] = {}
        frontier = Frontier()
        self.roots = [frontier.root()]
        for value in self.hashes:
            self.nodes.update({(node.level, node.position): node.hash for node in frontier.append(value)})
            self.roots.append(frontier.root())
        self.frontier = frontier

    def node_at(self, level: int, position: int) -> bytes:
        return self.nodes[level, position]


TREE = Tree(SMALL)


def test_roots_are_those_of_the_shared_example_tree() -> None:
    frontier = Frontier()
    roots = []
    for leaf in CT_LEAVES:
        frontier.append(merkle.leaf_hash(bytes.fromhex(leaf)))
        roots.append(frontier.root().hex())
    assert tuple(roots) == CT_ROOTS


def test_an_empty_tree_has_the_hash_of_nothing_as_root() -> None:
    assert Frontier().root().hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_the_frontier_has_the_root_that_the_definition_gives() -> None:
    assert TREE.roots == [naive_root(TREE.hashes[:size]) for size in range(SMALL + 1)]


def test_the_frontier_goes_on_from_what_was_kept() -> None:
    kept = Tree(21).frontier
    resumed = Frontier(kept.size, kept.peaks)
    for value in TREE.hashes[21:]:
        resumed.append(value)
    assert resumed.root() == TREE.roots[SMALL]


def test_peaks_are_complete_subtrees_at_their_places() -> None:
    for size in range(SMALL + 1):
        peaks = Tree(size).frontier.nodes()
        assert [node.hash for node in peaks] == [TREE.nodes[node.level, node.position] for node in peaks]
        assert sum(1 << node.level for node in peaks) == size


def test_a_frontier_must_have_one_peak_for_every_bit_of_its_size() -> None:
    with pytest.raises(BadProof):
        Frontier(3, (b"x" * 32,))
    with pytest.raises(BadProof):
        Frontier(1, (b"x" * 31,))
    with pytest.raises(BadProof):
        Frontier(-1, ())


def test_every_leaf_of_every_small_tree_is_proved() -> None:
    for size in range(1, SMALL + 1):
        for index in range(size):
            proof = merkle.inclusion_proof(size, index, TREE.node_at)
            merkle.verify_inclusion(TREE.hashes[index], index, size, proof, TREE.roots[size])


def test_a_proof_holds_for_no_other_place_size_or_leaf() -> None:
    for size in range(1, 18):
        for index in range(size):
            proof = merkle.inclusion_proof(size, index, TREE.node_at)
            for other in range(-1, size + 1):
                if other != index:
                    with pytest.raises(BadProof):
                        merkle.verify_inclusion(TREE.hashes[index], other, size, proof, TREE.roots[size])
            with pytest.raises(BadProof):
                merkle.verify_inclusion(TREE.hashes[index + 1], index, size, proof, TREE.roots[size])


def test_a_proof_of_another_length_is_refused() -> None:
    for size in range(1, 18):
        for index in range(size):
            proof = merkle.inclusion_proof(size, index, TREE.node_at)
            wrongs = [(*proof, b"x" * 32), (b"x" * 32, *proof), (*proof, b"")]
            if proof:
                wrongs += [proof[:-1], proof[1:], (*proof[:-1], proof[-1][:-1])]
            for wrong in wrongs:
                with pytest.raises(BadProof):
                    merkle.verify_inclusion(TREE.hashes[index], index, size, wrong, TREE.roots[size])


def test_every_pair_of_sizes_is_proved_consistent() -> None:
    for new in range(SMALL + 1):
        for old in range(new + 1):
            proof = merkle.consistency_proof(old, new, TREE.node_at)
            merkle.verify_consistency(old, TREE.roots[old], new, TREE.roots[new], proof)


def test_no_pair_of_sizes_is_proved_with_another_root_or_another_proof() -> None:
    for new in range(1, 18):
        for old in range(new + 1):
            proof = merkle.consistency_proof(old, new, TREE.node_at)
            cases = [
                (old, b"x" * 32, new, TREE.roots[new], proof),
                (old, TREE.roots[old], new, TREE.roots[new], (*proof, b"x" * 32)),
            ]
            if old:
                cases.append((old, TREE.roots[old], new, b"x" * 32, proof))
            if proof:
                cases.append((old, TREE.roots[old], new, TREE.roots[new], proof[:-1]))
                cases.append((old, TREE.roots[old], new, TREE.roots[new], proof[1:]))
            for case in cases:
                with pytest.raises(BadProof):
                    merkle.verify_consistency(*case)


def test_a_log_that_shrinks_is_refused() -> None:
    with pytest.raises(BadProof):
        merkle.verify_consistency(5, TREE.roots[5], 4, TREE.roots[4], ())


def test_a_rewritten_log_is_not_consistent() -> None:
    other = Frontier()
    nodes: dict[tuple[int, int], bytes] = {}
    for n, value in enumerate(TREE.hashes[:12]):
        added = other.append(merkle.leaf_hash(b"rewritten") if n == 3 else value)
        nodes.update({(node.level, node.position): node.hash for node in added})
    proof = merkle.consistency_proof(7, 12, lambda level, position: nodes[level, position])
    with pytest.raises(BadProof):
        merkle.verify_consistency(7, TREE.roots[7], 12, other.root(), proof)


def test_plans_ask_only_for_complete_subtrees_inside_the_tree() -> None:
    for size in range(1, SMALL + 1):
        for index in range(size):
            for part in merkle.inclusion_plan(size, index):
                assert all((position + 1) << level <= size for level, position in part)


@pytest.mark.parametrize(("size", "index"), [(0, 0), (3, 3), (3, -1), (merkle.MAX_SIZE + 1, 0)])
def test_there_is_no_proof_of_a_leaf_that_is_not_there(size: int, index: int) -> None:
    with pytest.raises(BadProof):
        merkle.inclusion_plan(size, index)


@pytest.mark.parametrize(("old", "new"), [(3, 2), (-1, 2), (1, merkle.MAX_SIZE + 1)])
def test_there_is_no_proof_between_sizes_that_do_not_follow(old: int, new: int) -> None:
    with pytest.raises(BadProof):
        merkle.consistency_plan(old, new)
