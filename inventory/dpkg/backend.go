package dpkg

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/keeppatched/keeppatched/inventory"
)

// Where dpkg keeps its files (dpkg(1), "FILES").
const (
	adminDir   = "var/lib/dpkg"
	statusFile = adminDir + "/status"
	updatesDir = adminDir + "/updates"
	statusDir  = adminDir + "/status.d"
	infoDir    = adminDir + "/info"
)

// Backend reads dpkg's database. The zero value is ready to use. It is safe for
// concurrent use.
type Backend struct {
	// SkipTimes leaves Package.InstalledAt unknown: to learn it, one more file
	// is looked at for each package.
	SkipTimes bool
}

var _ inventory.Backend = Backend{}

// Name gives "dpkg".
func (Backend) Name() string { return "dpkg" }

// Collect reads the packages that are on the target, in the order of the
// database.
//
// A target with neither a status file nor a status.d is absent, unless dpkg
// has left other traces: then the database is lost, and that is a failure. The
// copy that dpkg keeps of the last status but one is not read in its place.
func (b Backend) Collect(ctx context.Context, t *inventory.Target) (inventory.Result, error) {
	if err := ctx.Err(); err != nil {
		return inventory.Result{}, err
	}
	db := &database{index: map[key]int{}}
	statusErr := db.readStatus(ctx, t.FS)
	dirErr := db.readStatusDir(ctx, t.FS)
	if err := missing(t.FS, statusErr, dirErr, len(db.records) == 0); err != nil {
		return db.result(b.Name()), err
	}
	err := errors.Join(present(statusErr), present(dirErr))
	if err == nil && !b.SkipTimes {
		err = db.readTimes(ctx, t.FS)
	}
	return db.result(b.Name()), err
}

// present drops the error of a part that is not there.
func present(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// missing says whether there is no database: ErrAbsent, or a failure where
// there has been one. An empty status file can be what a power failure leaves.
func missing(fsys fs.FS, statusErr, dirErr error, empty bool) error {
	lost := errors.Is(statusErr, fs.ErrNotExist)
	if !empty || statusErr != nil && !lost || present(dirErr) != nil {
		return nil
	}
	for _, trace := range []string{adminDir + "/status-old", infoDir + "/format"} {
		switch _, err := fs.Stat(fsys, trace); {
		case err == nil && lost:
			return fmt.Errorf("%w, although %s is there", statusErr, trace)
		case err == nil:
			return fmt.Errorf("%s: no package is recorded, although %s is there", statusFile, trace)
		case !errors.Is(err, fs.ErrNotExist):
			return err
		}
	}
	if lost && dirErr != nil {
		return fmt.Errorf("%s: %w", statusFile, inventory.ErrAbsent)
	}
	return nil
}
