/// A table with a caption; its first column names the rows. A table too wide for the page scrolls
/// in a place of its own, which the keyboard can reach.
struct DataTable {
    struct Cell {
        let text: String
        /// A second, smaller line; empty for none.
        let note: String

        init(_ text: String, note: String = "") {
            self.text = text
            self.note = note
        }
    }

    enum Column {
        /// Short words, or sentences.
        case words(String), sentences(String)
        /// Figures, aligned at their last digit.
        case figures(String)
    }

    struct Row {
        let cells: [Cell]
        var isMarked = false
    }

    let caption: String
    /// One for each cell of a row.
    let columns: [Column]
    let rows: [Row]

    func write(to html: inout HTMLWriter) {
        precondition(rows.allSatisfy { $0.cells.count == columns.count })
        html.element(
            "div",
            [("class", "scroll"), ("role", "region"), ("tabindex", "0"), ("aria-label", caption)]
        ) { html in
            html.element("table") { html in
                html.element("caption") { html in html.element("span", text: caption) }
                html.element("thead") { html in
                    html.element("tr") { html in
                        for column in columns { writeHead(column, to: &html) }
                    }
                }
                html.element("tbody") { html in
                    for row in rows { write(row, to: &html) }
                }
            }
        }
    }

    private func writeHead(_ column: Column, to html: inout HTMLWriter) {
        switch column {
        case .words(let title), .sentences(let title):
            html.element("th", [("scope", "col")], text: title)
        case .figures(let title):
            html.element("th", [("scope", "col"), ("class", "number")], text: title)
        }
    }

    private func write(_ row: Row, to html: inout HTMLWriter) {
        html.element("tr", row.isMarked ? [("class", "marked")] : []) { html in
            for (index, (cell, column)) in zip(row.cells, columns).enumerated() {
                if index == 0 {
                    html.element("th", [("scope", "row")]) { cell.write(to: &$0) }
                    continue
                }
                switch column {
                case .words: html.element("td") { cell.write(to: &$0) }
                case .sentences:
                    html.element("td", [("class", "long")]) { cell.write(to: &$0) }
                case .figures:
                    html.element("td", [("class", "number")]) { cell.write(to: &$0) }
                }
            }
        }
    }
}

extension DataTable.Cell {
    fileprivate func write(to html: inout HTMLWriter) {
        html.text(text)
        if !note.isEmpty { html.element("small", text: note) }
    }
}
