/// One page of HTML that needs nothing but itself: no network, no script, no font. The same
/// contents give the same bytes.
package struct HTMLPage {
    /// A part of the page under a heading; the navigation links to it by its id.
    package typealias Section = (id: String, title: String, write: (inout HTMLWriter) -> Void)

    private let title: String
    private let lead: String
    private let sections: [Section]
    private let footer: String

    /// - Parameter lead: a sentence below the title.
    package init(title: String, lead: String, sections: [Section], footer: String) {
        self.title = title
        self.lead = lead
        self.sections = sections
        self.footer = footer
    }

    /// The page, in UTF-8.
    ///
    /// - Parameter summary: writes what stands between the navigation and the first section.
    package func html(summary: (inout HTMLWriter) -> Void) -> [UInt8] {
        var html = HTMLWriter()
        html.markup("<!doctype html>\n")
        html.element("html", [("lang", "en")]) { html in
            html.element("head") { writeHead(to: &$0) }
            html.markup("\n")
            html.element("body") { html in
                html.element("header") { html in
                    html.element("h1", text: title)
                    html.element("p", [("class", "lead")], text: lead)
                    writeNavigation(to: &html)
                    summary(&html)
                }
                html.element("main") { html in
                    for section in sections {
                        html.markup("\n")
                        html.element("section", [("aria-labelledby", section.id)]) { html in
                            html.element("h2", [("id", section.id)], text: section.title)
                            section.write(&html)
                        }
                    }
                }
                html.element("footer") { $0.element("p", text: footer) }
            }
        }
        html.markup("\n")
        return html.finish()
    }

    private func writeHead(to html: inout HTMLWriter) {
        html.markup("<meta charset=\"utf-8\">")
        html.markup("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">")
        // Nothing is loaded from anywhere, and the browser enforces that.
        html.markup("<meta http-equiv=\"Content-Security-Policy\" ")
        html.markup("content=\"default-src 'none';style-src 'unsafe-inline'\">")
        html.element("title", text: title)
        html.element("style") { $0.sheet(ReportStyle.sheet) }
    }

    private func writeNavigation(to html: inout HTMLWriter) {
        html.element("nav", [("aria-label", "Sections")]) { html in
            html.element("ul") { html in
                for section in sections {
                    html.element("li") { html in
                        html.element("a", [("href", "#\(section.id)")], text: section.title)
                    }
                }
            }
        }
    }
}
