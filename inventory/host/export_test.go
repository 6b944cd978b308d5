package host

import "github.com/keeppatched/keeppatched/inventory"

// LiveIn opens a directory as Live opens the machine's root.
func LiveIn(dir string, opts ...Option) (*inventory.Target, error) { return live(dir, opts) }
