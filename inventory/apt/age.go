package apt

import (
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/keeppatched/keeppatched/inventory/internal/read"
)

// fresh is how old the list of a security archive may be that does not say how
// long it is valid. Debian gives its own a week.
const fresh = 7 * 24 * time.Hour

// stamp is a file that apt touches after each update that succeeded, where the
// machine updates by itself (apt.conf.d/15update-stamp).
const stamp = stateDir + "/periodic/update-success-stamp"

const day = "2006-01-02"

// ages tells how old the lists are, and which are too old to go by.
func (c *collection) ages(indexes []*index) {
	updated := c.updated()
	seen := map[*release]bool{}
	for _, x := range indexes {
		r := x.release
		if seen[r] {
			continue
		}
		seen[r] = true
		if r.path == "" {
			c.note("%s has no Release file: the age of its list is not known (%s)", x.archive(), x.path)
			continue
		}
		if err := r.expired(c.now, updated); err != nil {
			c.problem(r.path, "", fmt.Errorf("the list of %s: %w", x.archive(), err))
		}
		if !r.date.IsZero() {
			c.note("%s: list of %s", x.archive(), r.date.Format(day))
		}
	}
}

// updated gives when apt last noted an update. Zero: it never did.
func (c *collection) updated() time.Time {
	info, err := fs.Stat(c.fsys, stamp)
	if err == nil && !info.Mode().IsRegular() {
		err = read.ErrNotRegular
	}
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			c.problem(stamp, "", err)
		}
		return time.Time{}
	}
	at := info.ModTime().UTC()
	if c.now.Sub(at) > fresh {
		c.note("apt noted its last successful update on %s (%s)", at.Format(day), stamp)
	}
	return at
}

// expired says why newer updates may be missing from an archive's list, if they
// may.
func (r *release) expired(now, updated time.Time) error {
	switch {
	case !r.validUntil.IsZero():
		if now.After(r.validUntil) {
			return fmt.Errorf("it is from %s and was valid until %s", r.date.Format(day), r.validUntil.Format(day))
		}
	case !r.isSecurity(), now.Sub(updated) <= fresh:
	case r.date.IsZero():
		return errors.New("it does not say from when it is")
	case now.Sub(r.date) > fresh:
		return fmt.Errorf("it is from %s, and nothing shows that apt has looked for a newer one since", r.date.Format(day))
	}
	return nil
}
