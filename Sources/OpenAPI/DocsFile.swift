/// A file of the page that shows the description of the interface.
package enum DocsFile: CaseIterable, Sendable {
    case page, style, script, icon

    /// What the program has of it.
    package var content: [UInt8] {
        switch self {
        case .page: PackageResources.docs_html
        case .style: PackageResources.docs_css
        case .script: PackageResources.docs_js
        case .icon: PackageResources.icon_svg
        }
    }

    package var mediaType: StaticString {
        switch self {
        case .page: "text/html; charset=utf-8"
        case .style: "text/css; charset=utf-8"
        case .script: "text/javascript; charset=utf-8"
        case .icon: "image/svg+xml"
        }
    }

    /// Where it is asked for.
    package var path: StaticString {
        switch self {
        case .page: "/docs"
        case .style: "/docs/docs.css"
        case .script: "/docs/docs.js"
        case .icon: "/docs/icon.svg"
        }
    }

    /// The names that the files have in `/docs`, as JSON Schema.
    package static let nameSchema = #"{"enum":["docs.css","docs.js","icon.svg"]}"#

    /// Field lines for each of them. The page loads nothing from elsewhere, runs no script but its
    /// own file, and cannot be shown in a frame.
    package static let fields: StaticString = """
        Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; \
        img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; \
        frame-ancestors 'none'\r\n\
        Referrer-Policy: no-referrer\r\n\
        Cross-Origin-Opener-Policy: same-origin\r\n\
        Cross-Origin-Resource-Policy: same-origin\r\n
        """
}
