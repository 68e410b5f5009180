<?php
while (true) {
    echo str_repeat('6', 1000), "\n";
}
