package api

import (
	"crypto/sha256"
	"sync"
)

// maxCachedPages is enough for 250,000 items.
const maxCachedPages = 2_500

// pageCache keeps the pages that were read, each with the hash of its bytes, and the lists that
// were put together from several pages. In a poll of a large fleet, nearly every page is unchanged
// since the poll before. Comparing hashes takes a tenth of the time of parsing the page again.
type pageCache struct {
	mu    sync.Mutex
	pages map[string]cachedPage // by address
	lists map[string]any        // by the address of the first page
}

// cachedPage is a parsed page, which is read-only, and the hash of its bytes.
type cachedPage struct {
	sum  [sha256.Size]byte
	page any
}

// page returns the page at an address if it was parsed from the same bytes, else nil.
func (c *pageCache) page(url string, sum [sha256.Size]byte) any {
	c.mu.Lock()
	defer c.mu.Unlock()
	if kept, ok := c.pages[url]; ok && kept.sum == sum {
		return kept.page
	}
	return nil
}

// putPage stores a page. If there are too many, as after opening thousands of servers one by one,
// it empties the cache first.
func (c *pageCache) putPage(url string, sum [sha256.Size]byte, page any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.pages == nil || len(c.pages) >= maxCachedPages {
		c.pages, c.lists = map[string]cachedPage{}, map[string]any{}
	}
	c.pages[url] = cachedPage{sum, page}
}

// replacePage replaces a page with an equal one, if it is still the one at the address.
func (c *pageCache) replacePage(url string, old, page any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if kept, ok := c.pages[url]; ok && kept.page == old {
		c.pages[url] = cachedPage{kept.sum, page}
	}
}

// list returns the last list that was stored for an address, or nil.
func (c *pageCache) list(url string) any {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.lists[url]
}

func (c *pageCache) putList(url string, list any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.lists == nil {
		c.lists = map[string]any{}
	}
	c.lists[url] = list
}
