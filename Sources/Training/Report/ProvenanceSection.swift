/// What the model was made from and by, for who wants to make it again.
struct ProvenanceSection {
    let facts: [ReportContents.Fact]

    func write(to html: inout HTMLWriter) {
        DataTable(
            caption: "The same data, schema, seed and library give the same bytes.",
            columns: [.words("Of"), .sentences("Value")],
            rows: facts.map { .init(cells: [.init($0.name), .init($0.value)]) }
        ).write(to: &html)
    }
}
