/// A cell of a table in a report.
package struct TableCell {
    let text: String
    /// A second, smaller line; empty for none.
    let note: String

    package init(_ text: String, note: String = "") {
        self.text = text
        self.note = note
    }
}

/// A column of a table in a report, with its title.
package enum TableColumn {
    /// Short words, or sentences.
    case words(String), sentences(String)
    /// Figures, aligned at their last digit.
    case figures(String)

    var title: String {
        switch self {
        case .words(let title), .sentences(let title), .figures(let title): title
        }
    }
}

extension HTMLWriter {
    /// A table with a caption; its first column names the rows. A table too wide for the page
    /// scrolls in a region of its own, which the keyboard can reach.
    ///
    /// - Parameter marked: the row that is highlighted.
    package mutating func table(
        caption: String, columns: [TableColumn], rows: [[TableCell]], marked: Int? = nil
    ) {
        precondition(rows.allSatisfy { $0.count == columns.count })
        element(
            "div",
            [("class", "scroll"), ("role", "region"), ("tabindex", "0"), ("aria-label", caption)]
        ) { html in
            html.element("table") { html in
                html.element("caption") { html in html.element("span", text: caption) }
                html.element("thead") { html in
                    html.element("tr") { html in
                        for column in columns { html.head(column) }
                    }
                }
                html.element("tbody") { html in
                    for (index, cells) in rows.enumerated() {
                        html.element("tr", index == marked ? [("class", "marked")] : []) { html in
                            for (index, cell) in cells.enumerated() {
                                html.cell(cell, index == 0 ? nil : columns[index])
                            }
                        }
                    }
                }
            }
        }
    }

    private mutating func head(_ column: TableColumn) {
        switch column {
        case .words, .sentences: element("th", [("scope", "col")], text: column.title)
        case .figures:
            element("th", [("scope", "col"), ("class", "number")], text: column.title)
        }
    }

    /// - Parameter column: nil for the cell that names its row.
    private mutating func cell(_ cell: TableCell, _ column: TableColumn?) {
        let (name, attributes): (StaticString, Attributes) =
            switch column {
            case nil: ("th", [("scope", "row")])
            case .words: ("td", [])
            case .sentences: ("td", [("class", "long")])
            case .figures: ("td", [("class", "number")])
            }
        element(name, attributes) { html in
            html.text(cell.text)
            if !cell.note.isEmpty { html.element("small", text: cell.note) }
        }
    }
}
