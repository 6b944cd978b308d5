package scanner

import (
	"errors"

	"github.com/keeppatched/keeppatched/advisories"
	"github.com/keeppatched/keeppatched/advisories/ecosystem"
	"github.com/keeppatched/keeppatched/advisories/version"
	"github.com/keeppatched/keeppatched/inventory"
)

// questions are what an inventory makes us ask: each distinct query once, and
// for each package which of them are its own.
type questions struct {
	queries  []advisories.Query
	packages []asked // by index of the inventory's packages
}

// asked is what is asked for one package.
type asked struct {
	keys []askedKey
	err  error // why nothing can be asked, or not all that should be
}

type askedKey struct {
	query    int // index of questions.queries
	optional bool
}

// ask derives the questions for all packages.
func ask(inv *inventory.Inventory) questions {
	distro := ecosystem.Distro{
		ID: inv.Host.OS.ID, VersionID: inv.Host.OS.VersionID, Codename: inv.Host.OS.Codename,
		PrettyName: inv.Host.OS.PrettyName, CPE: inv.Host.OS.CPE, IDLike: inv.Host.OS.IDLike,
	}
	qs := questions{packages: make([]asked, len(inv.Packages))}
	index := make(map[advisories.Query]int, len(inv.Packages))
	for i, p := range inv.Packages {
		keys, err := ecosystem.Keys(distro, ecosystem.Subject{
			Type: p.Type, Name: p.Name, Version: p.Version,
			Source: p.Source, SourceVersion: p.SourceVersion, Arch: p.Arch,
		})
		if bad := checkVersions(keys); bad != nil {
			keys, err = nil, bad
		}
		// Keys may come with an error, where the source package is not known:
		// they are asked, and the package does not count as assessed.
		qs.packages[i].err = err
		for _, k := range keys {
			q := advisories.Query{Ecosystem: k.Ecosystem, Name: k.Name, Version: k.Version}
			n, ok := index[q]
			if !ok {
				n = len(qs.queries)
				index[q] = n
				qs.queries = append(qs.queries, q)
			}
			qs.packages[i].keys = append(qs.packages[i].keys, askedKey{query: n, optional: k.Optional})
		}
	}
	return qs
}

// checkVersions refuses a version that its ecosystem cannot order: no record
// could be evaluated for it. That an ecosystem has no order at all is left to
// the evaluation, since a record may still list the very version.
func checkVersions(keys []ecosystem.Key) error {
	for _, k := range keys {
		if _, err := ecosystem.Compare(k.Ecosystem, k.Version, k.Version); errors.Is(err, version.ErrInvalid) {
			return err
		}
	}
	return nil
}
