<?php
$kept = [];
while (true) {
    $kept[] = str_repeat('6', 1 << 20);
}
