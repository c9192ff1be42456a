internal import Models

/// Reads one tree of a LightGBM model.
struct LightGBMTree {
    /// What a split does with a missing value, by bits 2 and 3 of `decision_type`.
    private enum Missing: Int {
        /// It counts as 0.
        case none
        /// 0 counts as missing.
        case zero
        case notANumber
    }

    /// Numbers this close to 0 count as 0.
    private static let zeroMax = 1e-35

    let text: LightGBMText
    let featureCount: Int
    let limits: ModelLimits

    /// Adds the tree of a section to `forest`, and the features with missing values to `missing`.
    func read(
        _ section: LightGBMText.Section, into forest: inout SourceForest, missing: inout Set<Int>
    ) throws(ModelError) {
        // A leaf more than splits.
        let leafCount = try text.integer(
            "num_leaves", section, in: 1...(limits.nodesMax + 1) / 2)
        if section.values["is_linear"] != nil,
            try text.integer("is_linear", section, in: 0...1) == 1
        {
            throw .unsupported(
                feature: "\(section.place)linear leaves", found: "(linear_tree=true)",
                wanted: "a number in each leaf")
        }
        let splitCount = leafCount - 1
        let leaves = try text.numbers("leaf_value", section, count: leafCount)
        guard splitCount > 0 else {
            forest.trees.append(leaves.map { .leaf($0) })
            return
        }
        let features: [Int] = try text.integers("split_feature", section, count: splitCount)
        let thresholds = try text.numbers("threshold", section, count: splitCount)
        let decisions: [UInt8] = try text.integers("decision_type", section, count: splitCount)
        let left: [Int] = try text.integers("left_child", section, count: splitCount)
        let right: [Int] = try text.integers("right_child", section, count: splitCount)
        let sets = try categorySets(section, &forest)
        var nodes: [SourceForest.Node] = []
        for index in 0..<splitCount {
            let place = "\(section.place)split \(index)"
            let feature = features[index]
            guard 0..<featureCount ~= feature else {
                throw .invalid(path: "\(place): feature", wanted: "0 to \(featureCount - 1)")
            }
            let decision = Int(decisions[index])
            guard decision < 16, let kind = Missing(rawValue: decision >> 2) else {
                throw .invalid(path: "\(place): decision_type", wanted: "a known one")
            }
            var split = SourceForest.Split(
                feature: feature, test: .atMost(thresholds[index]),
                first: try child(left[index], splitCount, place),
                second: try child(right[index], splitCount, place), sendsMissingToFirst: false)
            if decision & 1 == 1 {
                guard let set = Int(exactly: thresholds[index]), sets.indices ~= set else {
                    throw .invalid(
                        path: "\(place): threshold", wanted: "one of \(sets.count) sets")
                }
                split.test = .isMember(words: sets[set])
            } else {
                split.sendsMissingToFirst = try sendsMissingToFirst(
                    kind, threshold: thresholds[index], defaultLeft: decision & 2 != 0, place)
                if kind == .notANumber { missing.insert(feature) }
            }
            nodes.append(.split(split))
        }
        forest.trees.append(nodes + leaves.map { .leaf($0) })
    }

    /// A child below 0 is a leaf, −1 the first.
    private func child(
        _ number: Int, _ splitCount: Int, _ place: String
    ) throws(ModelError) -> Int {
        guard -splitCount - 1..<splitCount ~= number else {
            throw .invalid(path: "\(place): child", wanted: "a split or a leaf of the tree")
        }
        return number < 0 ? splitCount + ~number : number
    }

    private func sendsMissingToFirst(
        _ missing: Missing, threshold: Double, defaultLeft: Bool, _ place: String
    ) throws(ModelError) -> Bool {
        let isZeroFirst = 0 <= threshold
        guard threshold.magnitude < Double(Float.greatestFiniteMagnitude) else {
            throw .unsupported(
                feature: "\(place): a split of missing values from all others",
                found: "(threshold \(threshold))",
                wanted: "a model trained without missing values, as churnd has none")
        }
        switch missing {
        case .none: return isZeroFirst
        case .notANumber: return defaultLeft
        case .zero:
            // Where 0 goes as other numbers do, it makes no difference.
            guard isZeroFirst == defaultLeft, threshold.magnitude >= LightGBMTree.zeroMax else {
                throw .unsupported(
                    feature: "\(place): 0 as a missing value", found: "(zero_as_missing=true)",
                    wanted: "0 as a number")
            }
            return defaultLeft
        }
    }

    /// The words of each set of categories, which it adds to those of `forest`.
    private func categorySets(
        _ section: LightGBMText.Section, _ forest: inout SourceForest
    ) throws(ModelError) -> [Range<Int>] {
        let count = try text.integer("num_cat", section, in: 0...limits.nodesMax)
        guard count > 0 else { return [] }
        let bounds: [Int] = try text.integers("cat_boundaries", section, count: count + 1)
        let wordsMax = limits.categoryBitsMax / SourceForest.wordBits
        guard bounds[0] == 0, zip(bounds, bounds.dropFirst()).allSatisfy({ $0 < $1 }) else {
            throw .invalid(path: "\(section.place)cat_boundaries", wanted: "ascending from 0")
        }
        let first = forest.words.count
        guard bounds[count] <= wordsMax - first else {
            throw .tooMany(
                "bits of categories", found: (first + bounds[count]) * SourceForest.wordBits,
                most: limits.categoryBitsMax)
        }
        forest.words += try text.integers("cat_threshold", section, count: bounds[count])
        let sets = zip(bounds, bounds.dropFirst()).map { first + $0..<first + $1 }
        for set in sets where forest.words[set].allSatisfy({ $0 == 0 }) {
            throw .invalid(path: "\(section.place)cat_threshold", wanted: "a member in each set")
        }
        return sets
    }
}
