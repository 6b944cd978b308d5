package osvdb

import (
	"container/list"
	"sync"
)

// cache keeps the blocks used last, up to a number of bytes. It is safe for
// concurrent use.
type cache struct {
	limit int

	mu    sync.Mutex
	size  int
	order list.List // of cached, the last used in front
	items map[uint64]*list.Element
}

type cached struct {
	offset uint64
	block  block
}

func newCache(limit int) *cache {
	return &cache{limit: limit, items: map[uint64]*list.Element{}}
}

func (c *cache) get(offset uint64) (block, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.items[offset]
	if !ok {
		return block{}, false
	}
	c.order.MoveToFront(e)
	return e.Value.(cached).block, true
}

// put keeps a block, unless it is large itself.
func (c *cache) put(offset uint64, b block) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.items[offset]; ok || b.bytes() > c.limit/4 {
		return
	}
	c.items[offset] = c.order.PushFront(cached{offset, b})
	c.size += b.bytes()
	for c.size > c.limit {
		oldest := c.order.Remove(c.order.Back()).(cached)
		delete(c.items, oldest.offset)
		c.size -= oldest.block.bytes()
	}
}
