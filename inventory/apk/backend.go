package apk

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/keeppatched/keeppatched/inventory"
)

// Where apk keeps what is installed, before and after /lib became a part of
// /usr, and what it was asked to install.
const (
	libFile = "lib/apk/db/installed"
	usrFile = "usr/lib/apk/db/installed"

	worldFile = "etc/apk/world"
)

// Backend reads apk's database. It has no settings and is safe for concurrent
// use.
type Backend struct{}

var _ inventory.Backend = Backend{}

// Name gives "apk".
func (Backend) Name() string { return "apk" }

// Collect reads the packages that are on the target, in the order of the
// database. A target that has the database at none of its places is absent.
func (b Backend) Collect(ctx context.Context, t *inventory.Target) (inventory.Result, error) {
	if err := ctx.Err(); err != nil {
		return inventory.Result{}, err
	}
	db := &database{index: map[string]int{}}
	var failed []error
	found := false
	for _, path := range places(t.FS) {
		err := db.readFile(ctx, t.FS, path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		found = true
		failed = append(failed, err)
	}
	err := errors.Join(failed...)
	if err == nil && len(db.packages) == 0 {
		err = lost(t.FS, found)
	}
	return db.result(b.Name()), err
}

// lost says why there is no package: the database is absent, or it has been
// there. What the administrator asked apk to install is recorded elsewhere.
func lost(fsys fs.FS, found bool) error {
	world, err := fs.Stat(fsys, worldFile)
	switch {
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return err
	case err == nil && world.Size() > 0:
		return fmt.Errorf("%s: no package is recorded, although %s names some", libFile, worldFile)
	case !found:
		return fmt.Errorf("%s: %w", libFile, inventory.ErrAbsent)
	}
	return nil
}

// places gives where to look. Where lib is a link to usr/lib the two are one.
func places(fsys fs.FS) []string {
	link, err := fs.ReadLink(fsys, "lib")
	if err == nil && strings.Trim(link, "/") == "usr/lib" {
		return []string{usrFile}
	}
	return []string{libFile, usrFile}
}
