# The first sector of a disk that checks itself: reads the sectors that the table in sector 1 names, adds up the words of
# each, and says on the first serial port whether all sums are as the table has them.
# Table: count (32 bits), then for each sector its number and its sum (32 bits each).
        .code16
        .globl  _start
_start:
        cli
        xorw    %ax, %ax
        movw    %ax, %ds
        movw    %ax, %es
        movw    %ax, %ss
        movw    $0x7c00, %sp
        cld
        movb    %dl, drive
        movl    $1, lba
        movw    $table, buffer
        call    read
        movl    table, %ecx
        movw    $table + 4, %si
next:   testl   %ecx, %ecx
        jz      good
        lodsl
        movl    %eax, lba
        movw    $sector, buffer
        call    read
        lodsl
        pushl   %ecx
        pushw   %si
        movw    $sector, %si
        movw    $128, %cx
        movl    %eax, %ebx
sum:    lodsl
        subl    %eax, %ebx
        loop    sum
        popw    %si
        popl    %ecx
        testl   %ebx, %ebx
        jnz     bad
        decl    %ecx
        jmp     next

read:   pushl   %ecx
        pushw   %si
        movw    $packet, %si
        movb    drive, %dl
        movb    $0x42, %ah
        int     $0x13
        popw    %si
        popl    %ecx
        jc      bad
        ret

good:   movw    $yes, %si
        jmp     say
bad:    movw    $no, %si
say:    lodsb
        testb   %al, %al
        jz      off
        movb    %al, %bl
ready:  movw    $0x3fd, %dx
        inb     %dx, %al
        testb   $0x20, %al
        jz      ready
        movb    %bl, %al
        movw    $0x3f8, %dx
        outb    %al, %dx
        jmp     say
off:    hlt
        jmp     off

yes:    .asciz  "all sectors are right\r\n"
no:     .asciz  "a sector is wrong\r\n"
drive:  .byte   0
        .balign 4
packet: .byte   16, 0
        .word   1
buffer: .word   0, 0
lba:    .long   0, 0
        .org    510
        .word   0xaa55

        .set    table, 0x8000
        .set    sector, 0x8200
