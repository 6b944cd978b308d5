package scanner

import (
	"cmp"
	"slices"

	"github.com/keeppatched/keeppatched/advisories"
	"github.com/keeppatched/keeppatched/inventory"
)

// unit is what findings are joined by: the packages built from one source
// package of one ecosystem, and one kind of advisory.
type unit struct {
	ecosystem, source string
	security          bool
}

// group is the hits of one unit that tell of one problem.
type group struct {
	unit
	hits []hit
}

// groupHits splits the hits into groups: by source package, and within it by
// the advisories' common ids. Groups are ordered by unit and smallest id.
func groupHits(inv *inventory.Inventory, hits []hit) []group {
	units := map[unit][]hit{}
	for _, h := range hits {
		u := unit{
			ecosystem: h.query.Ecosystem,
			source:    sourceName(inv.Packages[h.pkg]),
			security:  h.advisory.Security(),
		}
		units[u] = append(units[u], h)
	}
	var groups []group
	for u, hs := range units {
		for _, g := range byAlias(hs) {
			groups = append(groups, group{unit: u, hits: g})
		}
	}
	slices.SortFunc(groups, func(a, b group) int {
		return cmp.Or(cmp.Compare(a.ecosystem, b.ecosystem), cmp.Compare(a.source, b.source),
			cmp.Compare(a.hits[0].advisory.ID, b.hits[0].advisory.ID))
	})
	return groups
}

// sourceName is the source package's name, or the package's own where the
// source is not known.
func sourceName(p inventory.Package) string { return cmp.Or(p.Source, p.Name) }

// byAlias joins hits whose advisories share an id, directly or by way of
// others: their own, their aliases, what they were derived from, and the CVEs
// they stand for. It is a union-find with path halving, all but linear.
func byAlias(hits []hit) [][]hit {
	slices.SortStableFunc(hits, func(a, b hit) int { return cmp.Compare(a.advisory.ID, b.advisory.ID) })
	parent := make([]int, len(hits))
	for i := range parent {
		parent[i] = i
	}
	root := func(i int) int {
		for parent[i] != i {
			parent[i] = parent[parent[i]]
			i = parent[i]
		}
		return i
	}
	owner := map[string]int{} // of each id: a hit that carries it
	for i, h := range hits {
		for _, id := range identities(h.advisory) {
			if j, ok := owner[id]; ok {
				a, b := root(i), root(j)
				parent[max(a, b)] = min(a, b) // the smallest id leads
			} else {
				owner[id] = i
			}
		}
	}
	index := map[int]int{}
	var groups [][]hit
	for i, h := range hits {
		r := root(i)
		n, ok := index[r]
		if !ok {
			n = len(groups)
			index[r] = n
			groups = append(groups, nil)
		}
		groups[n] = append(groups[n], h)
	}
	return groups
}

// identities are the ids under which an advisory's problem goes.
func identities(a *advisories.Advisory) []string {
	return slices.Concat([]string{a.ID}, a.Aliases, a.Upstream, a.CVEs())
}
