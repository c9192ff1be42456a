internal import CXGBoost

/// Rows of features as libxgboost holds them, freed with their owner.
// SAFETY: the handle is made in the initializer, freed in deinit, and lent to the library only.
@safe
package struct DataMatrix: ~Copyable {
    /// How many rows it holds.
    package let rowCount: Int
    /// How many features a row has.
    package let columnCount: Int
    let handle: DMatrixHandle

    /// Copies `values`, row after row of `columnCount`; NaN is a missing value. `values.count`
    /// must be a positive multiple of `columnCount`.
    package init(rows values: Span<Float>, columnCount: Int) throws(XGBoostError) {
        precondition(columnCount > 0 && values.count > 0 && values.count % columnCount == 0)
        self.columnCount = columnCount
        rowCount = values.count / columnCount
        var created: DMatrixHandle?
        // SAFETY: the library copies rowCount × columnCount floats during the call, which are the
        // span's count, and hands over the handle.
        let status = unsafe values.withUnsafeBufferPointer { [rowCount] buffer in
            unsafe XGDMatrixCreateFromMat(
                buffer.baseAddress, bst_ulong(rowCount), bst_ulong(columnCount), .nan, &created)
        }
        try XGBoostError.check(status, "XGDMatrixCreateFromMat")
        guard let created = unsafe created else {
            throw XGBoostError(call: "XGDMatrixCreateFromMat", reason: "no handle")
        }
        // SAFETY: this value owns the handle from here on and frees it once, in deinit.
        unsafe handle = created
    }

    // SAFETY: only this owner frees the handle, and nothing can use it afterwards.
    deinit { _ = unsafe XGDMatrixFree(handle) }

    /// Sets what is to be learnt, one value a row.
    package func setLabels(_ labels: Span<Float>) throws(XGBoostError) {
        try set("label", labels)
    }

    /// Sets how much each row counts, above 0, one value a row.
    package func setWeights(_ weights: Span<Float>) throws(XGBoostError) {
        try set("weight", weights)
    }

    private func set(_ field: String, _ values: Span<Float>) throws(XGBoostError) {
        precondition(values.count == rowCount)
        // SAFETY: the library copies the values during the call.
        let status = unsafe values.withUnsafeBufferPointer { buffer in
            unsafe XGDMatrixSetFloatInfo(
                handle, field, buffer.baseAddress, bst_ulong(buffer.count))
        }
        try XGBoostError.check(status, "XGDMatrixSetFloatInfo")
    }
}
