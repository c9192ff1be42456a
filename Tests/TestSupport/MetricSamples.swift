/// What a scrape was answered with, taken apart: the lines that are no comments.
package struct MetricSamples {
    package let text: String
    /// The value of each sample as it is written, by its name with its labels.
    package let values: [String: String]
    /// The names with labels that stand there more than once, which none may.
    package let repeated: [String]
    /// The names after `# TYPE`, in their order.
    package let families: [String]

    package init(_ text: String) {
        self.text = text
        var values: [String: String] = [:]
        var repeated: [String] = []
        var families: [String] = []
        for line in text.split(separator: "\n") {
            if line.hasPrefix("# TYPE ") {
                families.append(String(line.split(separator: " ")[2]))
            } else if !line.hasPrefix("#"), let blank = line.lastIndex(of: " ") {
                let name = String(line[..<blank])
                if values[name] != nil { repeated.append(name) }
                values[name] = String(line[line.index(after: blank)...])
            }
        }
        self.values = values
        self.repeated = repeated
        self.families = families
    }

    /// The value of a sample as a number; nil when it is not there.
    package subscript(_ name: String) -> Double? { values[name].flatMap { Double($0) } }

    /// The sum over all samples of a family, whatever their labels.
    package func sum(of family: String) -> Double {
        values.reduce(0) { sum, sample in
            let isOfFamily = sample.key == family || sample.key.hasPrefix("\(family){")
            return isOfFamily ? sum + (Double(sample.value) ?? 0) : sum
        }
    }
}
