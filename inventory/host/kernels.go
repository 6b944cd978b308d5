package host

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
)

// maxKernels is how many installed kernels are listed.
const maxKernels = 200

// installedKernels lists the releases that have modules, sorted as text. A
// directory without them is what the removal of a kernel leaves behind.
func (g *gatherer) installedKernels() []string {
	var releases []string
	for _, parent := range []string{"lib/modules", "usr/lib/modules"} {
		entries, err := fs.ReadDir(g.fsys, parent)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			g.problem(parent, "", err)
		}
		for _, e := range entries {
			if !e.IsDir() || !g.isKernel(path.Join(parent, e.Name())) {
				continue
			}
			release := g.clean(parent, "directory name", e.Name())
			if !slices.Contains(releases, release) { // lib may be a link to usr/lib
				releases = append(releases, release)
			}
			if len(releases) > maxKernels {
				g.problem(parent, "", fmt.Errorf("more than %d kernels; the others were left out", maxKernels))
				releases = releases[:maxKernels]
				break
			}
		}
	}
	slices.Sort(releases)
	return releases
}

func (g *gatherer) isKernel(dir string) bool {
	for _, name := range []string{"modules.dep", "kernel"} {
		if g.exists(path.Join(dir, name)) {
			return true
		}
	}
	return false
}
