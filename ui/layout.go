package ui

// The minimum size of a terminal, and the sizes at which the layouts change.
const (
	minWidth      = 40
	minHeight     = 10
	wideWidth     = 110 // servers at the left of their points
	wideHeight    = 10  // of the panes
	stackWidth    = 60  // panes stacked
	stackHeight   = 15  // of the panes
	noticeHeight  = 16  // of the terminal, for a separate notice line
	daysWidth     = 150 // the last days of each server in the list
	daysListWidth = 84  // of the list of servers, for its main columns and the last days
	boxHeight     = 36  // of the terminal, for details below the servers
	tallHeight    = 48  // of the terminal, for a taller box of details
)

// shape is how the panes are arranged.
type shape int

const (
	shapeTabs  shape = iota // one pane, with the names of all
	shapeStack              // all panes, the focused one large
	shapeWide               // servers at the left, their points at the right
)

// rect is a part of the screen, in cells.
type rect struct{ x, y, w, h int }

func (r rect) contains(x, y int) bool { return x >= r.x && x < r.x+r.w && y >= r.y && y < r.y+r.h }

// plan is the position of every part of the screen.
type plan struct {
	shape      shape
	panes      [3]rect // h 0: not shown
	details    rect    // of the row under the cursor; h 0: not shown
	page       rect    // of the open page
	operations int     // number of lines
	notice     bool    // there is a separate notice line
}

// plan divides the screen. Header and footer take a line each.
func (a *App) plan() plan {
	p := plan{notice: a.height >= noticeHeight}
	p.operations = min(len(a.state.Operations()), a.maxOperationLines())
	body := a.height - 2 - p.operations
	if p.notice {
		body--
	}
	usual := body // a notice of several lines shrinks the panes, without another layout
	body -= max(len(a.noticeLines())-1, 0)
	p.page = rect{0, 1, a.width, body}
	switch {
	case a.width >= wideWidth && usual >= wideHeight:
		p.shape = shapeWide
		a.planWide(&p, body)
	case a.width >= stackWidth && usual >= stackHeight:
		p.shape = shapeStack
		a.planStack(&p, body)
	default:
		p.panes[a.panes.focus] = rect{0, 2, a.width, body - 1}
	}
	return p
}

// maxOperationLines is the maximum number of lines for running operations.
func (a *App) maxOperationLines() int { return max(min(a.height/8, 5), 1) }

func (a *App) planWide(p *plan, body int) {
	left := a.width/2 + 1
	if a.width >= daysWidth { // the last days need a little more than half
		left = max(left, min(left+3, daysListWidth))
	}
	needs := a.panes.neededHeights()
	right, box := shareHeight(body, needs[1:]), a.detailsHeight()
	if needs[1] <= body-box && needs[2] <= box { // the border at the right continues the one at the left
		right = []int{body - box, box}
	}
	p.panes[0] = rect{0, 1, left, body - box}
	p.details = rect{0, 1 + body - box, left, box}
	p.panes[1] = rect{left, 1, a.width - left, right[0]}
	p.panes[2] = rect{left, 1 + right[0], a.width - left, right[1]}
}

// detailsHeight is the height of the details. It depends only on the terminal's size, so that they
// do not come and go with operations and notices.
func (a *App) detailsHeight() int {
	switch {
	case a.height >= tallHeight:
		return 20
	case a.height >= boxHeight:
		return 15
	}
	return 0
}

func (a *App) planStack(p *plan, body int) {
	small := min(max(body/4, 5), 8)
	if body < 3*small+2 {
		small = 4
	}
	needs := a.panes.neededHeights()
	heights := shareHeight(body, needs[:])
	if needs[0]+needs[1]+needs[2] > body { // the focused pane is large, the others small
		heights[a.panes.focus] = body
		for i, need := range needs {
			if i != a.panes.focus {
				heights[i] = min(small, need)
				heights[a.panes.focus] -= heights[i]
			}
		}
	}
	y := 1
	for i, h := range heights {
		p.panes[i] = rect{0, y, a.width, h}
		y += h
	}
}

// layout gives every pane and dialog its size.
func (a *App) layout() {
	if a.tooSmall() {
		return
	}
	p := a.plan()
	a.panes.servers.SetWide(a.width >= daysWidth)
	a.panes.details.SetSize(p.details.w, p.details.h)
	a.panes.showsDetails = p.details.h > 0
	a.env.OnePane = p.shape == shapeTabs
	for i, pane := range a.panes.all() {
		if p.panes[i].h > 0 {
			pane.SetSize(p.panes[i].w, p.panes[i].h)
		}
	}
	if a.panes.page != nil {
		a.panes.page.SetSize(p.page.w, p.page.h)
	}
	for _, d := range a.dialogs {
		d.SetSize(a.dialogSize())
	}
}
