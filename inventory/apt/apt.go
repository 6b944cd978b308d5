package apt

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/keeppatched/keeppatched/inventory"
	"github.com/keeppatched/keeppatched/inventory/dpkg"
	"github.com/keeppatched/keeppatched/inventory/internal/bound"
)

const name = "apt"

// Where apt keeps its files.
const (
	configDir = "etc/apt"
	stateDir  = "var/lib/apt"
	listsDir  = stateDir + "/lists"
)

// ErrNoLists says that the machine uses apt but has no package lists, as the
// images of most containers: what could be updated is not known. It does not
// mean that there are no updates.
var ErrNoLists = errors.New("no package lists, so updates are not known (apt update has not run, or its lists were removed)")

// Backend finds pending updates in apt's files. It gives no packages. The zero
// value is ready to use.
type Backend struct {
	// Now is the clock that the age of the lists is measured by. Nil means
	// time.Now.
	Now func() time.Time
}

var _ inventory.Backend = Backend{}

// Name is "apt".
func (Backend) Name() string { return name }

// Collect finds the updates of the target, ordered by package and architecture.
// The error wraps inventory.ErrAbsent where apt or dpkg is not there, and
// [ErrNoLists] where there is not one list.
func (b Backend) Collect(ctx context.Context, t *inventory.Target) (inventory.Result, error) {
	if err := ctx.Err(); err != nil {
		return inventory.Result{}, err
	}
	if !exists(t.FS, configDir) && !exists(t.FS, stateDir) {
		return inventory.Result{}, fmt.Errorf("apt: %w", inventory.ErrAbsent)
	}
	c := &collection{fsys: t.FS, now: time.Now()}
	if b.Now != nil {
		c.now = b.Now()
	}
	updates, err := c.updates(ctx, t)
	return inventory.Result{Updates: updates, Problems: c.problems.List(), Notes: c.notes}, err
}

// exists says whether there is something at a path, were it unreadable.
func exists(fsys fs.FS, path string) bool {
	_, err := fs.Stat(fsys, path)
	return !errors.Is(err, fs.ErrNotExist)
}

// collection is one call of Collect: what it reads from and what it has to say.
type collection struct {
	fsys     fs.FS
	now      time.Time
	problems bound.Problems
	notes    []string
}

func (c *collection) problem(path, record string, err error) {
	c.problems.Add(inventory.Problem{Path: path, Record: record, Err: err})
}

func (c *collection) note(format string, args ...any) {
	c.notes = append(c.notes, fmt.Sprintf(format, args...))
}

func (c *collection) updates(ctx context.Context, t *inventory.Target) ([]inventory.Update, error) {
	packages, err := c.installed(ctx, t)
	if err != nil {
		return nil, err
	}
	conf := c.config()
	native := nativeArch(conf, packages)
	sources := c.sources(native)
	indexes, err := c.indexes(sources, native)
	if err != nil {
		return nil, err
	}
	policy := c.policy(conf, native, indexes)
	offers, err := c.offers(ctx, indexes, packages)
	if err != nil {
		return nil, err
	}
	c.ages(indexes)
	return c.decide(packages, offers, policy, indexes), nil
}

// installed gives the installed packages. What dpkg's database does not show is
// the dpkg backend's to tell in full; here it is one problem, since updates go
// unseen with it.
func (c *collection) installed(ctx context.Context, t *inventory.Target) ([]inventory.Package, error) {
	result, err := dpkg.Backend{SkipTimes: true}.Collect(ctx, t)
	if err != nil {
		return nil, fmt.Errorf("installed packages: %w", err)
	}
	if n := len(result.Problems); n > 0 {
		first := result.Problems[0]
		c.problem(first.Path, first.Record, fmt.Errorf(
			"updates of packages that dpkg's database does not show are not seen (%d problems there): %w", n, first.Err))
	}
	return result.Packages, nil
}

// nativeArch is the architecture of the machine's packages, which "all" goes
// with: what apt.conf says, that of dpkg, which is always installed where it is
// used, or else the one that most packages have.
func nativeArch(conf map[string]string, packages []inventory.Package) string {
	if arch := conf["apt::architecture"]; arch != "" {
		return arch
	}
	count := map[string]int{}
	most := ""
	for _, p := range packages {
		if p.Name == "dpkg" {
			return p.Arch
		}
		if p.Arch == "all" {
			continue
		}
		if count[p.Arch]++; count[p.Arch] > count[most] {
			most = p.Arch
		}
	}
	return most
}
