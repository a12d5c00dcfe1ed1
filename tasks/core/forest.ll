; The sum of the leaves that 16 rows reach in every tree, the trees added in their order as LightGBM adds them.
; $width: bits of a leaf mask. Arrays as in tasks/core/forest.py; `block`: n_used x 16 doubles of scratch.
declare <16 x i$width> @llvm.cttz.v16i$width(<16 x i$width>, i1)
declare <16 x double> @llvm.masked.gather.v16f64.v16p0(<16 x ptr>, i32, <16 x i1>, <16 x double>)
declare <16 x double> @llvm.fabs.v16f64(<16 x double>)

define void @forest(ptr noalias readonly %matrix, i64 %n_inputs, ptr noalias %out, i64 %n_blocks, ptr noalias %block, ptr noalias readonly %used, i64 %n_used, ptr noalias readonly %bounds, i64 %n_trees, ptr noalias readonly %feature, ptr noalias readonly %threshold, ptr noalias readonly %mask, ptr noalias readonly %leaves) {
entry:
  %some = icmp sgt i64 %n_blocks, 0
  br i1 %some, label %rows, label %done

rows:
  %b = phi i64 [ 0, %entry ], [ %b.next, %stored ]
  %first = mul i64 %b, 16
  br label %turn

; the columns in use of 16 rows, as 16 values side by side
turn:
  %u = phi i64 [ 0, %rows ], [ %u.next, %turned ]
  %u.more = icmp slt i64 %u, %n_used
  br i1 %u.more, label %turned, label %trees

turned:
  %input.at = getelementptr i32, ptr %used, i64 %u
  %input.32 = load i32, ptr %input.at
  %input = sext i32 %input.32 to i64
$turn
  %u16 = mul i64 %u, 16
  %block.at = getelementptr double, ptr %block, i64 %u16
; LightGBM takes what is nearer to 0 than the float 1e-35 for 0
  %size = call <16 x double> @llvm.fabs.v16f64(<16 x double> %v16)
  %is.zero = fcmp ole <16 x double> %size, splat (double 0x38AA95A5C0000000)
  %value.turned = select <16 x i1> %is.zero, <16 x double> zeroinitializer, <16 x double> %v16
  store <16 x double> %value.turned, ptr %block.at, align 64
  %u.next = add i64 %u, 1
  br label %turn

trees:
  %t = phi i64 [ 0, %turn ], [ %t.next, %summed ]
  %sum = phi <16 x double> [ zeroinitializer, %turn ], [ %sum.next, %summed ]
  %t.more = icmp slt i64 %t, %n_trees
  br i1 %t.more, label %tree, label %stored

tree:
  %t3 = mul i64 %t, 3
  %at.0 = getelementptr i32, ptr %bounds, i64 %t3
  %at.1 = getelementptr i32, ptr %at.0, i64 1
  %at.2 = getelementptr i32, ptr %at.0, i64 2
  %n.0 = load i32, ptr %at.0
  %n.1 = load i32, ptr %at.1
  %n.2 = load i32, ptr %at.2
  %from = sext i32 %n.0 to i64
  %between = sext i32 %n.1 to i64
  %to = sext i32 %n.2 to i64
  br label %lefts

; nodes where a missing value goes left
lefts:
  %k = phi i64 [ %from, %tree ], [ %k.next, %left ]
  %m = phi <16 x i$width> [ splat (i$width -1), %tree ], [ %m.left, %left ]
  %k.more = icmp slt i64 %k, %between
  br i1 %k.more, label %left, label %rights

left:
$left
  %is.left = fcmp ule <16 x double> %x.left, %t.left
  %m.cut = and <16 x i$width> %m, %c.left
  %m.left = select <16 x i1> %is.left, <16 x i$width> %m, <16 x i$width> %m.cut
  %k.next = add i64 %k, 1
  br label %lefts

; nodes where it goes right
rights:
  %j = phi i64 [ %between, %lefts ], [ %j.next, %right ]
  %n = phi <16 x i$width> [ %m, %lefts ], [ %n.right, %right ]
  %j.more = icmp slt i64 %j, %to
  br i1 %j.more, label %right, label %summed

right:
$right
  %is.right = fcmp ole <16 x double> %x.right, %t.right
  %n.cut = and <16 x i$width> %n, %c.right
  %n.right = select <16 x i1> %is.right, <16 x i$width> %n, <16 x i$width> %n.cut
  %j.next = add i64 %j, 1
  br label %rights

summed:
  %leaf = call <16 x i$width> @llvm.cttz.v16i$width(<16 x i$width> %n, i1 true)
  %leaf.64 = $widen
  %row = mul i64 %t, $width
  %leaf.row = getelementptr double, ptr %leaves, i64 %row
  %leaf.at = getelementptr double, ptr %leaf.row, <16 x i64> %leaf.64
  %value = call <16 x double> @llvm.masked.gather.v16f64.v16p0(<16 x ptr> %leaf.at, i32 8, <16 x i1> splat (i1 true), <16 x double> zeroinitializer)
  %sum.next = fadd <16 x double> %sum, %value
  %t.next = add i64 %t, 1
  br label %trees

stored:
  %out.at = getelementptr double, ptr %out, i64 %first
  store <16 x double> %sum, ptr %out.at, align 8
  %b.next = add i64 %b, 1
  %b.more = icmp slt i64 %b.next, %n_blocks
  br i1 %b.more, label %rows, label %done

done:
  ret void
}
