<?php
fgets(STDIN);
echo array_sum(array_map('intval', explode(' ', trim(fgets(STDIN))))) + 1, "\n";
