/// What XGBoost 3.2.0 saved and what it makes of six rows: the fields it writes since 3.1, and
/// `base_score` as a list of one.
enum XGBoost3Model {
    static let document = Array(
        #"""
        {"learner":{"attributes":{},"feature_names":["a","b","c"],"feature_types":[],"gradient_b\#
        ooster":{"model":{"cats":{"enc":[],"feature_segments":[],"sorted_idx":[]},"gbtree_model_\#
        param":{"num_parallel_tree":"1","num_trees":"2"},"iteration_indptr":[0,1,2],"tree_info":\#
        [0,0],"trees":[{"base_weights":[1.3433026E0,-1.5034832E-1,9.210693E-1,-3.5647216E-1,2.01\#
        95822E-1],"categories":[],"categories_nodes":[],"categories_segments":[],"categories_siz\#
        es":[],"default_left":[1,1,0,0,0],"id":0,"left_children":[1,3,-1,-1,-1],"loss_changes":[\#
        2.040043E2,3.7781605E1,0E0,0E0,0E0],"parents":[2147483647,0,0,1,1],"right_children":[2,4\#
        ,-1,-1,-1],"split_conditions":[5.9E0,2.3E0,9.210693E-1,-3.5647216E-1,2.0195822E-1],"spli\#
        t_indices":[0,0,0,0,0],"split_type":[0,0,0,0,0],"sum_hessian":[7.791E1,4.2266174E1,3.564\#
        3826E1,1.8503626E1,2.376255E1],"tree_param":{"num_deleted":"0","num_feature":"3","num_no\#
        des":"5","size_leaf_vector":"1"}},{"base_weights":[7.801642E-1,-6.197309E-1,1.4249082E0,\#
        -3.15826E-1,-1.0311079E-2,3.2889974E-1,5.883274E-1],"categories":[],"categories_nodes":[\#
        ],"categories_segments":[],"categories_sizes":[],"default_left":[1,1,0,0,0,0,0],"id":1,"\#
        left_children":[1,3,5,-1,-1,-1,-1],"loss_changes":[8.016673E1,7.1615677E0,8.499054E0,0E0\#
        ,0E0,0E0,0E0],"parents":[2147483647,0,0,1,1,2,2],"right_children":[2,4,6,-1,-1,-1,-1],"s\#
        plit_conditions":[4E0,2.3E0,8.2E0,-3.15826E-1,-1.0311079E-2,3.2889974E-1,5.883274E-1],"s\#
        plit_indices":[0,0,0,0,0,0,0],"split_type":[0,0,0,0,0,0,0],"sum_hessian":[8.6841736E1,2.\#
        7396378E1,5.944536E1,1.5288322E1,1.2108056E1,3.874619E1,2.069917E1],"tree_param":{"num_d\#
        eleted":"0","num_feature":"3","num_nodes":"7","size_leaf_vector":"1"}}]},"name":"gbtree"\#
        },"learner_model_param":{"base_score":"[2.65E-1]","boost_from_average":"0","num_class":"\#
        0","num_feature":"3","num_target":"1"},"objective":{"name":"binary:logistic","reg_loss_p\#
        aram":{"scale_pos_weight":"1"}}},"version":[3,2,0]}
        """#.utf8)

    static let rows: [(row: [Float], margin: UInt32)] = [
        ([0.1, 5.0, 5.0], 0xBFD8_A1D6),
        ([9.9, 1.0, 2.0], 0x3EFA_7FC2),
        ([.nan, 3.0, 4.0], 0xBFD8_A1D6),
        ([4.4, .nan, .nan], 0xBEFA_8346),
        ([6.5, 8.8, 0.3], 0x3E6B_581C),
        ([2.7, 2.7, 2.7], 0xBF54_1828),
    ]
}
